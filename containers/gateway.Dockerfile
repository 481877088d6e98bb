# sightline-gateway with the UI inside. Build from the top of the repository: docker build -f containers/gateway.Dockerfile .

FROM node:22-bookworm-slim AS ui
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=ui /src/frontend/dist frontend/dist
RUN cargo build --release --locked -p sightline-gateway -p sightline-healthcheck

FROM gcr.io/distroless/cc-debian12
COPY --from=build /src/target/release/sightline-gateway /src/target/release/sightline-healthcheck /usr/local/bin/
USER 65534:65534
EXPOSE 8000
ENTRYPOINT ["/usr/local/bin/sightline-gateway"]
# 503 while there is no snapshot, so "healthy" means that the pages have something to show.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["/usr/local/bin/sightline-healthcheck", "http://127.0.0.1:8000/api/health"]
