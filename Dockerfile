# The production image: the engine and its locked packages. No embedded servers, no sample data.
# Serve your own graph by mounting or copying a package over /app/models (or see MODELS).

FROM python:3.11-slim-bookworm AS builder
WORKDIR /build
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && python -m venv --without-pip /venv \
    && uv pip sync --no-cache --python /venv/bin/python --require-hashes --only-binary :all: \
        --compile-bytecode requirements/runtime.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 bigraph \
    && useradd --uid 10001 --gid 10001 --no-create-home --no-log-init --shell /usr/sbin/nologin bigraph
COPY --from=builder /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    METRICS_HOST=0.0.0.0
USER 10001:10001
EXPOSE 8000 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=3)"]
CMD ["python", "server.py", "serve"]
