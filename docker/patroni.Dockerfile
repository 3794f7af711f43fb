# PostgreSQL 16 kept by Patroni, and etcd, for docker/compose.patroni.yaml; all from Debian packages.
FROM postgres:16
RUN apt-get update \
    && apt-get install -y --no-install-recommends patroni python3-etcd etcd-server etcd-client \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -m 700 -o postgres -g postgres /var/lib/etcd /var/lib/postgresql/instrument-share
USER postgres
ENTRYPOINT []
CMD ["patroni", "/etc/instrument-share-db/patroni.yml"]
