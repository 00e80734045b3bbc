from django.urls import path

from .webhooks import provider_events

app_name = "letters"
urlpatterns = [path("events/<uuid:sender>/", provider_events, name="provider_events")]
