"""REST: renderers, authentication, errors, schema."""

from ecommerce.settings import env
from ecommerce.settings.shop import STOREFRONT_URL

# The origin that clients reach the API on; links between pages of lists start with it.
API_URL = env.origin("API_URL", schemes=("http", "https"), example="https://api.example.com", default=STOREFRONT_URL)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.web.authentication.AccessTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["apps.web.json.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.web.json.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.web.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "apps.web.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shop API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Choices stay where they are used; as components of their own, two fields called `status` would collide.
    "POSTPROCESSING_HOOKS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "COMPONENT_SPLIT_REQUEST": True,
}
