# The image is the action. docs/container.md says what is in it and how to verify it.
# A release overrides the base by digest: --build-arg BASE=python:3.13-slim@sha256:...
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_COMPILE=1 \
    PIP_ROOT_USER_ACTION=ignore

# A virtual environment without pip: it finds its packages without any variable, so the interpreter can be isolated.
COPY requirements/runtime.txt requirements/build.txt /build/requirements/
RUN python3 -m venv --without-pip /opt/waybill \
    && python3 -m pip --python /opt/waybill/bin/python3 install --require-hashes -r /build/requirements/runtime.txt \
    && python3 -m pip install --target /build/backend --require-hashes -r /build/requirements/build.txt

COPY tools/prune_botocore.py /build/tools/
RUN /opt/waybill/bin/python3 -I -B /build/tools/prune_botocore.py /opt/waybill/lib/python3.*/site-packages

COPY pyproject.toml README.md LICENSE /build/source/
COPY src /build/source/src
RUN PYTHONPATH=/build/backend python3 -m pip wheel --no-deps --no-index --no-build-isolation \
        --wheel-dir /build/dist /build/source \
    && python3 -m pip --python /opt/waybill/bin/python3 install --no-deps --no-index /build/dist/waybill-*.whl

# An image never changes, so its bytecode need not be checked against its sources, whatever times a copy gives them.
COPY entrypoint.py /opt/waybill/
RUN find /opt/waybill/bin -mindepth 1 ! -name 'python*' ! -name waybill -delete \
    && rm -rf /opt/waybill/include /opt/waybill/.gitignore \
    && /opt/waybill/bin/python3 -I -B -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/waybill/lib

FROM ${BASE}

# The base has no bytecode of the standard library: compiling it costs a few MB and saves most of the start-up time.
# pip stays behind: the action installs nothing.
RUN python3 -I -B -m compileall -q -f -j 0 --invalidation-mode unchecked-hash \
        -x '/(site-packages|dist-packages|test|idlelib|tkinter|turtledemo|ensurepip|lib2to3|pydoc_data|config-.*)/' \
        "$(python3 -I -B -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && rm -rf /usr/local/bin/pip* /usr/bin/pip* \
        /usr/local/lib/python3.*/site-packages/pip* /usr/local/lib/python3.*/ensurepip \
        /usr/lib/python3/dist-packages/pip* /usr/lib/python3.*/ensurepip

COPY --from=build /opt/waybill /opt/waybill

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Waybill" \
      org.opencontainers.image.description="Takes a build artifact to every AWS region of a production account" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# No USER and no WORKDIR: a runner starts container actions as root in its own /github/workspace.
# -I: no PYTHON* variable and no file of the workspace decides what is imported. -B: nothing is written.
ENTRYPOINT ["/opt/waybill/bin/python3", "-I", "-B", "-u", "-X", "utf8", "/opt/waybill/entrypoint.py"]
