# hopxguard and git, without a shell or a package manager: for `scan` and `check` in a repository.
#
#   docker build -f packaging/check.Dockerfile -t hopxguard-check .build/payload      # after `make wheel`
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/src:ro" hopxguard-check
FROM debian:12-slim AS git
RUN apt-get update && apt-get install -y --no-install-recommends git
RUN mkdir -p /out/tmp && chmod 1777 /out/tmp && \
    cp -L --parents -t /out /usr/bin/git $(ldd /usr/bin/git | grep -o '/[^ ]*')
FROM scratch
COPY --from=git /out /
COPY hopxguard /usr/bin/hopxguard
ENV PATH=/usr/bin
USER 65534:65534
WORKDIR /src
ENTRYPOINT ["/usr/bin/hopxguard"]
CMD ["check"]
