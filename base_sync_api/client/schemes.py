from .auth import ApiKey, Basic, Bearer, Scheme
from .oauth import OAuth2
from .registry import Registry

#: a class for each kind of ``Auth``, made like :class:`Scheme`; another addon may add
#: one, and what its ``Auth`` has to say beside
AUTH_SCHEMES: Registry[type[Scheme]] = Registry(
    "authentication",
    {
        "none": Scheme,
        "api_key": ApiKey,
        "bearer": Bearer,
        "basic": Basic,
        "oauth2": OAuth2,
    },
)
