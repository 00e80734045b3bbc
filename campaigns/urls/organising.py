"""What organisers open: the workspace, under /organise/ and, in another language of ours, /organise/ar/."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path

from campaigns.views.organising import (
    campaign,
    exports,
    facts,
    hand_in,
    help,
    letters_settings,
    letters_variants,
    life,
    lists,
    material,
    material_check,
    new_campaign,
    packs,
    paper,
    post_room,
    preview,
    representatives,
    translations,
    update,
    updates,
    versions,
    wording,
    wording_publish,
    workspace,
)
from letters.models.post import State

View = Callable[..., HttpResponseBase]


def of_organisation(route: str, view: View, name: str, **given: str) -> URLPattern:
    """A page for those who work for an organisation."""
    return path(f"organisations/<slug:slug>/{route}", view, given, name=name)


def of_campaign(route: str, view: View, name: str) -> URLPattern:
    """A page for those who work on a campaign."""
    return path(f"campaigns/<slug:slug>/{route}", view, name=name)


ANYWHERE = [
    path("", workspace.workspace, name="workspace"),
    path("material/", material.choose, name="materials"),
    path("help/", help.help, name="help"),
]

OF_ORGANISATIONS = [
    of_organisation("campaigns/new/", new_campaign.new_campaign, "new_campaign"),
    of_organisation("post/", post_room.room, "post_room"),
    of_organisation("post/now/", post_room.now, "post_now"),
    of_organisation("post/held/", post_room.emails, "post_held", state=State.HELD.value),
    of_organisation("post/emails/<mail_state:state>/", post_room.emails, "post_emails"),
    of_organisation("post/emails/<uuid:email>/", post_room.email, "post_email"),
    of_organisation("post/find/", post_room.find, "post_find"),
    of_organisation("post/pause/", post_room.pause, "post_pause"),
    of_organisation("post/resume/", post_room.resume, "post_resume"),
    of_organisation("post/lift/<int:stop>/", post_room.lift, "post_lift"),
    of_organisation("post/try/", post_room.try_sending, "post_try"),
    of_organisation("lists/", lists.index, "lists"),
    of_organisation("lists/<int:number>/", lists.one, "list"),
    of_organisation("lists/<int:number>/rename/", lists.rename, "list_rename"),
    of_organisation("lists/<int:number>/delete/", lists.delete, "list_delete"),
    of_organisation("lists/<int:number>/people.csv", lists.export, "list_export"),
    of_organisation("lists/files/<uuid:file>/", lists.file, "list_file"),
    of_organisation("material/", material.index, "material"),
    of_organisation("material/<uuid:material>/", material_check.check, "material_check"),
    of_organisation("material/<uuid:material>/signatories/", material.signatories, "material_signatories"),
    of_organisation("material/<uuid:material>/address/", material.address, "material_address"),
    of_organisation("material/<uuid:material>/publish/", material.publish, "material_publish"),
    of_organisation("material/<uuid:material>/done/", material.done, "material_done"),
    of_organisation("material/<uuid:material>/delete/", material.delete, "material_delete"),
    of_organisation("material/<uuid:material>/original/", material.original, "material_original"),
]

OF_CAMPAIGNS = [
    of_campaign("", campaign.overview, "campaign"),
    of_campaign("now/", campaign.now, "campaign_now"),
    of_campaign("life/", life.life, "life"),
    of_campaign("life/publish/", life.publish, "life_publish"),
    of_campaign("life/schedule/", life.schedule, "life_schedule"),
    of_campaign("life/unschedule/", life.unschedule, "life_unschedule"),
    of_campaign("life/closing/", life.closing, "life_closing"),
    of_campaign("life/close/", life.close, "life_close"),
    of_campaign("life/reopen/", life.reopen, "life_reopen"),
    of_campaign("life/outcome/", life.outcome, "life_outcome"),
    of_campaign("life/archive/", life.archive, "life_archive"),
    of_campaign("life/take-back/", life.take_back, "life_take_back"),
    of_campaign("life/delete/", life.delete, "life_delete"),
    of_campaign("life/transfer/", life.transfer, "life_transfer"),
    of_campaign("wording/", wording.wording, "wording"),
    of_campaign("wording/preview-part/", wording.preview_part, "wording_preview_part"),
    of_campaign("wording/<text_language:text_language>/", wording.edit, "wording_edit"),
    of_campaign("wording/<text_language:text_language>/autosave/", wording.autosave, "wording_autosave"),
    of_campaign("wording/<text_language:text_language>/aside/<int:number>/", wording.take_back, "wording_take_back"),
    of_campaign("wording/<text_language:text_language>/discard/", wording.discard, "wording_discard"),
    of_campaign("wording/<text_language:text_language>/publish/", wording_publish.publish, "wording_publish"),
    of_campaign("wording/<text_language:text_language>/follow/", wording_publish.follow, "wording_follow"),
    of_campaign("versions/<text_language:text_language>/", versions.versions, "versions"),
    of_campaign("translations/new-language/", translations.add, "translations_add"),
    of_campaign("translations/<text_language:text_language>/", translations.translations, "translations"),
    of_campaign("translations/<text_language:text_language>/autosave/", translations.autosave, "translations_autosave"),
    of_campaign("preview/", preview.preview, "preview"),
    of_campaign("preview/<text_language:text_language>/", preview.preview, "preview"),
    of_campaign("exports/", exports.made, "exports"),
    of_campaign("exports/<uuid:job>/", exports.export, "export"),
    of_campaign("representatives/", representatives.of_campaign, "representatives"),
    of_campaign("hand-in/", hand_in.waiting, "hand_in"),
    of_campaign("hand-in/over/", hand_in.over, "hand_in_over"),
    of_campaign("hand-in/undo/<int:number>/", hand_in.undo, "hand_in_undo"),
    of_campaign("hand-in/email/", hand_in.email, "hand_in_email"),
    of_campaign("hand-in/bundles/", hand_in.start_bundle, "hand_in_bundles"),
    of_campaign("hand-in/bundles/<uuid:job>/", hand_in.bundle, "hand_in_bundle"),
    of_campaign("packs/", packs.made, "packs"),
    of_campaign("packs/new/", packs.new, "pack_new"),
    of_campaign("packs/<uuid:job>/", packs.pack, "pack"),
    of_campaign("facts/", facts.groups, "facts"),
    of_campaign("facts/<fact_kind:kind>/new/", facts.new, "facts_new"),
    of_campaign("facts/<fact_kind:kind>/<int:fact>/", facts.change, "facts_change"),
    of_campaign("facts/<fact_kind:kind>/<int:fact>/remove/", facts.remove, "facts_remove"),
    of_campaign("facts/<fact_kind:kind>/<int:fact>/move/", facts.move, "facts_move"),
    of_campaign("letters/", letters_settings.settings, "letters_settings"),
    of_campaign("letters/hand-in/", letters_settings.hand_in, "letters_settings_hand_in"),
    of_campaign("letters/variants/new/", letters_variants.new, "letters_variant_new"),
    of_campaign("letters/variants/<int:variant>/", letters_variants.change, "letters_variant"),
    of_campaign("letters/variants/<int:variant>/remove/", letters_variants.remove, "letters_variant_remove"),
    of_campaign("letters/variants/<int:variant>/move/", letters_variants.move, "letters_variant_move"),
    of_campaign("updates/", updates.listed, "updates"),
    of_campaign("updates/new/", updates.new, "update_new"),
    of_campaign("updates/<uuid:update>/", update.update, "update"),
    of_campaign("updates/<uuid:update>/now/", update.now, "update_now"),
    of_campaign("updates/<uuid:update>/write/", updates.write, "update_write"),
    of_campaign("updates/<uuid:update>/delete/", updates.delete, "update_delete"),
    of_campaign("updates/<uuid:update>/preview/<text_language:text_language>/", update.preview, "update_preview"),
    of_campaign("updates/<uuid:update>/preview/<text_language:text_language>/email/", update.email, "update_email"),
    of_campaign("updates/<uuid:update>/test/<text_language:text_language>/", update.test, "update_test"),
    of_campaign("updates/<uuid:update>/send/", update.send, "update_send"),
    of_campaign("updates/<uuid:update>/unschedule/", update.unschedule, "update_unschedule"),
    of_campaign("updates/<uuid:update>/pause/", update.pause, "update_pause"),
    of_campaign("updates/<uuid:update>/resume/", update.resume, "update_resume"),
    of_campaign("updates/<uuid:update>/cancel/", update.cancel, "update_cancel"),
    of_campaign("updates/<uuid:update>/page/", update.show, "update_page"),
    of_campaign("paper/", paper.counts, "paper"),
    of_campaign("paper/<int:number>/remove/", paper.remove, "paper_remove"),
]

_pages = [*ANYWHERE, *OF_ORGANISATIONS, *OF_CAMPAIGNS]
urlpatterns = [
    path("organise/", include(_pages)),
    path("organise/<site_language:language>/", include(_pages)),
]
