-- Certificates of this server, and what is ordered from certificate authorities by ACME (RFC 8555). Private keys lie here as they are:
-- docs/decisions/0006.

create table acme_accounts (
  directory text collate "C" primary key,
  private_key bytea not null,
  url text,
  contact text not null,
  created_at timestamptz not null
);
comment on column acme_accounts.private_key is 'PKCS #8 DER, P-256';
comment on column acme_accounts.url is 'null: not registered yet, or no longer known to the authority';

create table certificates (
  id bigint generated always as identity primary key,
  names text[] collate "C" not null check (cardinality(names) > 0),
  origin text not null check (origin in ('acme', 'imported')),
  directory text,
  chain text not null,
  private_key bytea,
  next_key bytea,
  fingerprint text collate "C" not null unique,
  issuer text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  created_at timestamptz not null,
  renew_at timestamptz not null,
  ask_renewal_at timestamptz,
  explanation text,
  warned_at timestamptz,
  revoked_at timestamptz
);
comment on column certificates.names is 'sorted: one set of names is one line of certificates, of which the newest is served';
comment on column certificates.chain is 'PEM, the certificate itself first';
comment on column certificates.private_key is 'PKCS #8 DER; null once a newer one of the same names is there';
comment on column certificates.next_key is 'that of the certificate after this one: its TLSA record can be published before (RFC 7671 §8.1)';
comment on column certificates.ask_renewal_at is 'when the authority is asked again when it would have it renewed (RFC 9773); null: it has no opinion';
create index certificates_names on certificates (names, id desc);

-- What is wanted beside what the server wants by itself.
create table certificate_requests (
  names text[] collate "C" primary key,
  created_at timestamptz not null
);

-- The last order of each set of names, with its story.
create table certificate_orders (
  names text[] collate "C" primary key,
  state text not null check (state in ('running', 'issued', 'failed')),
  started_at timestamptz not null,
  ended_at timestamptz,
  failures integer not null,
  next_at timestamptz,
  steps jsonb not null,
  failure jsonb
);
comment on column certificate_orders.failures is 'in a row';
comment on column certificate_orders.next_at is 'not before, by itself';

-- What an authority finds that looks at any node.
create table acme_challenges (
  type text not null,
  name text collate "C" not null,
  token text collate "C" not null,
  key_authorization text not null,
  created_at timestamptz not null,
  primary key (type, name, token)
);

-- One node orders for all.
create table certificate_lease (
  one boolean primary key default true check (one),
  token text not null,
  node text not null,
  until timestamptz not null
);
