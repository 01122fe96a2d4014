-- The policies of other domains on TLS, what became of sessions with them, and what authors ask of TLS for one message.

create table sts_policies (
  domain text collate "C" primary key,
  record_id text collate "C" not null,
  mode text collate "C" not null check (mode in ('enforce', 'testing', 'none')),
  mx text[] collate "C" not null,
  max_age integer not null,
  lines text[] not null,
  fetched_at timestamptz not null,
  expires_at timestamptz not null,
  refresh_at timestamptz not null,
  failure text collate "C",
  failed_at timestamptz
);
comment on table sts_policies is 'fetched by MTA-STS (RFC 8461); holds until expires_at, whatever the DNS and the policy host say';
comment on column sts_policies.record_id is 'of the TXT record when the policy was fetched';
comment on column sts_policies.max_age is 'seconds';
comment on column sts_policies.lines is 'of the policy file, as they came: for reports';
comment on column sts_policies.failure is 'why the last fetch failed, as in TLS reports; null: it did not';
create index sts_policies_refresh on sts_policies (refresh_at);
create index sts_policies_expiry on sts_policies (expires_at);

-- What the reports of RFC 8460 are made of: a row for each way in which sessions of a day went.
create table tls_sessions (
  day date not null,
  recipient_domain text collate "C" not null,
  policy_type text collate "C" not null check (policy_type in ('tlsa', 'sts', 'no-policy-found')),
  policy_domain text collate "C" not null,
  policy_digest bytea not null,
  policy text[] not null,
  mx_patterns text[] collate "C" not null,
  result text collate "C" not null,
  reason text collate "C" not null,
  sending_ip text collate "C" not null,
  receiving_ip text collate "C" not null,
  mx_host text collate "C" not null,
  helo text collate "C" not null,
  sessions bigint not null,
  primary key (day, recipient_domain, policy_type, policy_domain, policy_digest, result, reason, sending_ip, receiving_ip, mx_host,
    helo)
);
comment on column tls_sessions.day is 'of UTC';
comment on column tls_sessions.recipient_domain is 'of the forward-paths, whose owner is reported to';
comment on column tls_sessions.policy_domain is 'RFC 8460 §1.1: of DANE the TLSA base domain, else the recipient domain';
comment on column tls_sessions.policy_digest is 'SHA-256 of policy, which is too long for a key';
comment on column tls_sessions.policy is 'RFC 8460 §4.4: TLSA records, or lines of the policy file';
comment on column tls_sessions.result is 'a result type of RFC 8460 §4.3; empty: the session went as the policy has it';
comment on column tls_sessions.sending_ip is 'ours; of sessions that went well it is empty, as are receiving_ip and helo';

alter table queue_messages add column tls_required text collate "C" check (tls_required in ('yes', 'no'));
comment on column queue_messages.tls_required is 'RFC 8689: yes by REQUIRETLS, no by the field TLS-Required; null: the author says nothing';
