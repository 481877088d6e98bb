# sightline-exporter. Build from the top of the repository: docker build -f containers/exporter.Dockerfile .
#
# glibc and not musl, because NVIDIA's driver library, which the container runtime brings in, is loaded at run time.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p sightline-exporter -p sightline-healthcheck

FROM gcr.io/distroless/cc-debian12
COPY --from=build /src/target/release/sightline-exporter /src/target/release/sightline-healthcheck /usr/local/bin/
USER 65534:65534
EXPOSE 9100
ENTRYPOINT ["/usr/local/bin/sightline-exporter"]
HEALTHCHECK --interval=10s --timeout=5s CMD ["/usr/local/bin/sightline-healthcheck", "http://127.0.0.1:9100/-/healthy"]
