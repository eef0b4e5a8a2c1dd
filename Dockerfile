# syntax=docker/dockerfile:1
# One image for the service and for the commands. Data live in /data, secrets in the environment.
FROM python:3.13-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/motcua
COPY requirements.lock ./
RUN /opt/motcua/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY surveys surveys
COPY scoring scoring
COPY admin admin
COPY migrations migrations
RUN /opt/motcua/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin motcua \
    && install -d -o motcua -g motcua -m 0700 /data
COPY --from=build /opt/motcua /opt/motcua
ENV PATH=/opt/motcua/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MOTCUA_DATABASE_URL=sqlite:////data/motcua.sqlite \
    MOTCUA_LISTEN=0.0.0.0:8080 \
    MOTCUA_METRICS_LISTEN=0.0.0.0:9464
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz?channel=web', timeout=8)"]
ENTRYPOINT ["motcua"]
CMD ["serve"]
