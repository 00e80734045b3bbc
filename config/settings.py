"""One settings file. Everything that differs between installations is an environment variable (docs/deploying.md)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from . import environment as env

django_stubs_ext.monkeypatch()  # ModelAdmin[Model] and the like may be written at run time too

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR") or BASE_DIR / "var")

# A demonstration reaches nobody (config.checks, letters.channels); `make run` is the only thing that turns it on.
DEMONSTRATION = env.flag("DEMONSTRATION")
DEBUG = env.flag("DEBUG")
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

_secrets = env.generated_secrets(VAR_DIR / "secrets.json") if DEMONSTRATION else {}


def _secret(name: str) -> str:
    value = env.text(name) or _secrets.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. docs/deploying.md says how to make one. A demonstration makes its own: `make run`, or "
            "DEMONSTRATION=1 before a command."
        )
    return value


SECRET_KEY = _secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
# Newest first: the first encrypts and hashes, the others still read. `manage.py rotate_keys` moves rows to the first.
FIELD_ENCRYPTION_KEYS = _secret("FIELD_ENCRYPTION_KEYS").split(",")
HASH_KEYS = _secret("HASH_KEYS").split(",")

PORT = env.number("PORT", 8000)
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
SITE_NAME = env.text("SITE_NAME", "Countersign")
OPERATOR_NAME = env.text("OPERATOR_NAME")
ALLOWED_HOSTS = LOOPBACK_HOSTS if DEMONSTRATION else env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# How many reverse proxies of our own stand in front: that many entries are counted from the END of X-Forwarded-For.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
# The most that one campaign takes; the other limits are in config.ratelimit.
SIGNATURES_PER_MINUTE = env.number("SIGNATURES_PER_MINUTE", 6000)

INSTALLED_APPS = [
    "config",
    "letters",
    "campaigns",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_countries",  # for the names of countries in every language
]

MIDDLEWARE = [
    "config.keeping.KeptPages",  # before all others: a kept page has all that they gave it
    "config.headers.OnEveryAnswer",  # outermost of the rest: what is answered early carries the same
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.LanguageOfTheAddress",
    "config.middleware.NoCookiesForSupporters",
    "config.middleware.NotAfterSoLong",
    "config.middleware.DatabaseInTrouble",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.OrganisersSignIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.accounts.second_factor.DemandedSecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'countersign.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # The log goes into the database at 16 MB, not at 4: pages that change with every signature are copied once for
        # many of them, and 98 kB are written for a signature instead of 160.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        "PRAGMA wal_autocheckpoint=4000;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "config.postgresql"  # the same, and impatient where people wait
    # A database machine that is gone says nothing: without these a worker would wait a quarter of an hour for it.
    _patience = {"connect_timeout": 5, "tcp_user_timeout": 30_000}  # seconds, milliseconds; DATABASE_URL may say others
    _patience |= {"prepare_threshold": 5}  # of config.appending's statements: read and planned once a connection
    DATABASES["default"]["OPTIONS"] = _patience | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = env.text("CACHE_URL")
CACHES: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "config.counting_cache.CountingRedisCache",
            "LOCATION": CACHE_URL,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
        }
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}
    )
}

# The longest that a process believes what it has read before (config.held). The tests believe nothing.
HELD_SECONDS = 3600.0
EVEN_TIME = True  # config.even_time; tests do not wait

AUTH_USER_MODEL = "campaigns.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "campaigns:workspace"
PASSWORD_RESET_TIMEOUT = 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Accounts (docs/decisions/0022). Whoever signs up waits for the operator's word before they can publish or mail.
OPEN_SIGN_UP = env.flag("OPEN_SIGN_UP", True)
ACCOUNT_ADAPTER = "config.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "config.accounts.forms.LoginForm",
    "signup": "config.accounts.forms.SignUpForm",
    "confirm_email_verification_code": "config.accounts.forms.EmailCodeForm",
    "add_email": "config.accounts.forms.NewAddressForm",
    "change_password": "config.accounts.forms.NewPasswordForm",
    "reset_password": "config.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "config.accounts.forms.ResetPasswordForm",
    "reauthenticate": "config.accounts.forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True  # a link would confirm what somebody else typed
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# As long as a mail server may keep somebody waiting that it does not know yet.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_TIMEOUT = 3600
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # the way in for somebody whose account others keep trying
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # ours count instead (config.ratelimit, config.accounts)
MFA_ADAPTER = "config.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "config.accounts.factor_forms.CodeForm",
    "authenticate_webauthn": "config.accounts.factor_forms.PasskeyForm",
    "reauthenticate": "config.accounts.factor_forms.CodeAgainForm",
    "reauthenticate_webauthn": "config.accounts.factor_forms.PasskeyAgainForm",
    "login_webauthn": "config.accounts.factor_forms.PasskeySignInForm",
    "activate_totp": "config.accounts.factor_forms.AuthenticatorAppForm",
    "add_webauthn": "config.accounts.factor_forms.NewPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute wrong

# Languages of the software itself. A campaign may be in any; its page's furniture falls back to English.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "UTC")

FORMS_URLFIELD_ASSUME_HTTPS = True  # of an address typed without its scheme; Django 6 does so unasked

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Results of long work and documents people hand in: a folder nobody serves, or S3 by dotted path and JSON options.
    "private": {
        "BACKEND": env.text("PRIVATE_STORAGE", "config.storage.PrivateFolder"),
        "OPTIONS": json.loads(env.text("PRIVATE_STORAGE_OPTIONS", "{}")),
    },
}

# The queue. The database is the record; the broker only says that there is work (docs/decisions/0002).
QUEUE_DIR = VAR_DIR / "queue"
BROKER_URL = env.text("BROKER_URL", "filesystem://")
MAILBOX_DIR = VAR_DIR / "mailbox"

# Mail. Everything, account mail too, goes through the outbox, so Django's own sending is a door into it.
EMAIL_BACKEND = "letters.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Countersign <hello@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMTP_URL = env.text("SMTP_URL", "smtp://127.0.0.1:25")  # smtp://name:password@host:587?tls=starttls | smtps://…:465
SMTP_TIMEOUT_SECONDS = env.number("SMTP_TIMEOUT_SECONDS", 20)
# How long it may look at a whole email before it says whether it accepts it: ten minutes, in RFC 5321, 4.5.3.2.6.
SMTP_ACCEPT_SECONDS = env.number("SMTP_ACCEPT_SECONDS", 600)
# How long a worker may be silent about an email before another takes it. While one is handed over: this and 3 timeouts.
OUTBOX_LEASE_SECONDS = env.number("OUTBOX_LEASE_SECONDS", 60)
# How long an email waits after a first refusal that may pass, and how long a receiving domain is then left alone; each
# further one waits longer.
RETRY_SECONDS = env.number("RETRY_SECONDS", 20)
BACKOFF_SECONDS = env.number("BACKOFF_SECONDS", 15)
MAIL_DOMAIN = env.text("MAIL_DOMAIN", "example.org")  # the right side of our Message-IDs

# Retention. Shown to supporters as dates; a campaign may have numbers of its own (campaigns.models.keeping).
MONTHS_AFTER_CLOSING = env.number("MONTHS_AFTER_CLOSING", 6)  # of a new campaign
RETENTION_MONTHS = env.number("RETENTION_MONTHS", 24)  # the same, after it was given: at the latest
PENDING_SIGNATURE_DAYS = env.number("PENDING_SIGNATURE_DAYS", 30)
CONFIRMATION_LINK_AGE = timedelta(days=env.number("CONFIRMATION_LINK_DAYS", 7))
REMINDER_AFTER = timedelta(days=1)
WITHDRAWN_SIGNATURE_DAYS = env.number("WITHDRAWN_SIGNATURE_DAYS", 30)
NETWORK_KEPT_DAYS = env.number("NETWORK_KEPT_DAYS", 14)  # for which bursts from one network can be seen
LETTER_RETENTION_DAYS = env.number("LETTER_RETENTION_DAYS", 28)  # standards.md 2.11: WriteToThem keeps text 4 weeks
EMAIL_RETENTION_DAYS = env.number("EMAIL_RETENTION_DAYS", 28)
MATERIAL_DAYS = env.number("MATERIAL_DAYS", 30)  # for which a document waits that nobody makes a page of
JOB_RESULT_DAYS = env.number("JOB_RESULT_DAYS", 7)
LETTER_ASK_DAYS = env.number("LETTER_ASK_DAYS", 14)  # after which "did they answer?" is asked; 0: never
LETTER_REPEAT_DAYS = 7  # one emailed letter per supporter, representative and campaign in this many days

LETTERS_PDF_SLOTS = env.number("LETTERS_PDF_SLOTS", 2)
LETTERS_PDF_TIMEOUT_SECONDS = env.number("LETTERS_PDF_TIMEOUT_SECONDS", 20)
LETTERS_PDF_MEMORY_MB = env.number("LETTERS_PDF_MEMORY_MB", 1024)

# What is held back: asked to confirm like any other, and not counted until an organiser lets it through.
SIGN_SECONDS_AT_LEAST = env.number("SIGN_SECONDS_AT_LEAST", 2)  # from opening the form to sending it; 0: no matter
HOLD_DISPOSABLE = env.flag("HOLD_DISPOSABLE", True)
DISPOSABLE_DOMAINS = frozenset(domain.lower() for domain in env.words("DISPOSABLE_DOMAINS"))  # beside those known
NOT_DISPOSABLE_DOMAINS = frozenset(domain.lower() for domain in env.words("NOT_DISPOSABLE_DOMAINS"))

# Security. The rest of what every answer carries is in config.headers.
X_FRAME_OPTIONS = "DENY"
# Links that act carry their authority in the path, which no other site may see. "no-referrer" would be no safer and has
# browsers send "Origin: null" with our own forms, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS and env.flag("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
# /metrics answers to whoever brings this as a bearer token, over HTTPS where the site has it. Without it there is none.
METRICS_TOKEN = env.text("METRICS_TOKEN")
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = HTTPS and env.flag("SECURE_HSTS_PRELOAD", True)
PATHS_WITH_COOKIES = ("/admin/", "/organise/")  # the organisers'; nobody else has a session
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    # A browser takes such a cookie only over HTTPS and from this very host: no neighbour's subdomain can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Secure-language"  # of one path alone, which __Host- does not allow
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # names of people are in no cookie
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "config.errors.refused"
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # a campaign in the administration: its sources, variants and wordings at once

SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"without tokens": {"()": "config.logs.WithoutTokens"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without tokens"]},
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    # No error mail: it would carry what people typed. Errors go to the log, without request bodies.
    "loggers": {
        "django": {"handlers": ["console"], "propagate": False},
        # Each would write what people typed, however much is asked for: the values of templates and of queries.
        "django.template": {"level": "INFO"},
        "django.db.backends": {"level": "INFO"},
        # It warns at each start that filesystem:// names no host, which it needs not.
        "kombu.connection": {"level": "ERROR"},
    },
}
