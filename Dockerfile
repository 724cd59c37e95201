# The program and what it runs on, nothing else. Before: ./vigil publish (needs the .NET SDK; fills artifacts/publish).
#   docker build -t vigil .
# For a GPU: ./vigil publish cuda, and the build arguments of worker-gpu in docker-compose.yml.
ARG BASE=debian:12-slim
FROM ${BASE}

ARG PUBLISH=artifacts/publish
ARG ICU=libicu72
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libgomp1 ${ICU} libopenblas0-pthread libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home vigil

COPY ${PUBLISH} /app

ENV PATH=/app:$PATH VIGIL_HOME=/app VIGIL__HTTP__URLS=http://0.0.0.0:8080 \
    ORT_DISABLE_TELEMETRY=1 OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
USER 10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["vigil"]
CMD ["run"]
