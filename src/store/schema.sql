-- Made by tools/schema-dump.ts from the migrations; not to be edited.

create sequence email_ids as bigint minvalue 1 maxvalue 9223372036854775807 cache 1;
create sequence event_ids as bigint minvalue 1 maxvalue 9223372036854775807 cache 1;
create sequence node_numbers as smallint minvalue 1 maxvalue 1023 cache 1;
create sequence uidvalidity_seq as bigint minvalue 1 maxvalue 4294967295 cache 1;

CREATE OR REPLACE FUNCTION public.bump_directory_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update directory_version set version = version + 1;
  return null;
end $function$;

create table absent_subscriptions (
  account_id bigint not null,
  path text[] collate "C" not null,
  PRIMARY KEY (account_id, path),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create unlogged table abuse_counts (
  counter smallint not null,
  key text collate "C" not null,
  slot bigint not null,
  node text collate "C" not null,
  amount integer not null,
  round bigint not null,
  ends_at timestamp with time zone not null,
  PRIMARY KEY (counter, key, slot, node)
);

create unlogged table abuse_nodes (
  node text collate "C" not null,
  round bigint not null,
  seen_at timestamp with time zone not null,
  PRIMARY KEY (node)
) with (fillfactor=50);

create table account_days (
  account_id bigint not null,
  day date not null,
  messages integer not null,
  new_recipients integer not null,
  messages_limit integer not null,
  new_recipients_limit integer not null,
  PRIMARY KEY (account_id, day),
  CHECK ((messages <= messages_limit)),
  CHECK ((new_recipients <= new_recipients_limit))
) with (fillfactor=50);

create table account_limits (
  account_id bigint not null,
  messages_a_day integer,
  new_recipients_a_day integer,
  messages_a_minute integer,
  messages_an_hour integer,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table account_metadata (
  account_id bigint not null,
  entry text collate "C" not null,
  value bytea not null,
  modseq bigint not null,
  PRIMARY KEY (account_id, entry),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table account_paces (
  account_id bigint not null,
  minute bigint not null,
  in_minute integer not null,
  minute_limit integer not null,
  hour bigint not null,
  in_hour integer not null,
  hour_limit integer not null,
  PRIMARY KEY (account_id),
  CHECK ((in_hour <= hour_limit)),
  CHECK ((in_minute <= minute_limit))
) with (fillfactor=50);

create table account_rights (
  account_id bigint not null,
  principal_id bigint not null,
  rights text collate "C" not null,
  PRIMARY KEY (account_id, principal_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (principal_id) REFERENCES principals(id) ON DELETE CASCADE
);

create table accounts (
  id bigint generated always as identity not null,
  tenant_id bigint not null,
  name text collate "C" not null,
  modseq bigint not null default 1,
  quota_bytes bigint,
  quota_messages bigint,
  used_bytes bigint not null default 0,
  used_messages bigint not null default 0,
  created_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  removed_at timestamp with time zone,
  forgotten_modseq bigint not null default 0,
  UNIQUE (name),
  PRIMARY KEY (id),
  FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) with (fillfactor=50);

create table acme_accounts (
  directory text collate "C" not null,
  private_key bytea not null,
  url text,
  contact text not null,
  created_at timestamp with time zone not null,
  PRIMARY KEY (directory)
);

create table acme_challenges (
  type text not null,
  name text collate "C" not null,
  token text collate "C" not null,
  key_authorization text not null,
  created_at timestamp with time zone not null,
  PRIMARY KEY (type, name, token)
);

create table addresses (
  id bigint generated always as identity not null,
  domain_id bigint not null,
  local_part text collate "C",
  account_id bigint,
  created_at timestamp with time zone not null,
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id),
  FOREIGN KEY (domain_id) REFERENCES domains(id)
);

create table alert_counts (
  rule text collate "C" not null,
  subject text collate "C" not null,
  step bigint not null,
  counted integer not null,
  base integer not null,
  evidence jsonb not null,
  PRIMARY KEY (rule, subject, step)
) with (fillfactor=70);

create table alert_position (
  one boolean not null default true,
  xid xid8 not null,
  id bigint not null,
  looked_to timestamp with time zone not null,
  began_at timestamp with time zone not null,
  rules bigint not null default 0,
  PRIMARY KEY (one),
  CHECK (one)
);

create table alert_rules (
  name text collate "C" not null,
  rule jsonb,
  paused boolean not null default false,
  begins_at timestamp with time zone not null,
  PRIMARY KEY (name)
);

create table alerts (
  id bigint generated always as identity not null,
  rule text collate "C" not null,
  subject text collate "C" not null,
  definition jsonb not null,
  since timestamp with time zone not null,
  fired_at timestamp with time zone not null,
  calm_since timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by text collate "C",
  counted integer not null,
  base integer not null,
  worst_counted integer not null,
  worst_base integer not null,
  evidence jsonb not null,
  message_id text collate "C",
  PRIMARY KEY (id),
  CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  CHECK ((ended_by = ANY (ARRAY['calm'::text, 'change'::text, 'pause'::text, 'removal'::text])))
);

create table alias_targets (
  address_id bigint not null,
  position integer not null,
  target text collate "C" not null,
  PRIMARY KEY (address_id, "position"),
  FOREIGN KEY (address_id) REFERENCES addresses(id) ON DELETE CASCADE
);

create table backups (
  id bigint generated always as identity not null,
  kind text collate "C" not null,
  at timestamp with time zone not null,
  folder text not null,
  taken_at timestamp with time zone not null,
  bytes bigint not null,
  row_count bigint not null,
  PRIMARY KEY (id)
);

create table bans (
  network text collate "C" not null,
  reason text not null,
  scope text not null,
  by_hand boolean not null,
  since timestamp with time zone not null,
  until timestamp with time zone,
  times integer not null,
  node text collate "C" not null,
  round bigint not null,
  PRIMARY KEY (network),
  CHECK ((scope = ANY (ARRAY['mx'::text, 'all'::text])))
);

create table blob_chunks (
  blob_id bigint not null,
  seq integer not null,
  zstd boolean not null,
  data bytea not null storage external,
  PRIMARY KEY (blob_id, seq)
) with (toast_tuple_target=8160);

create table blobs (
  id bigint not null,
  sha256 bytea,
  size bigint,
  touched_at timestamp with time zone not null,
  UNIQUE (sha256),
  PRIMARY KEY (id),
  CHECK (((sha256 IS NULL) = (size IS NULL)))
);

create table certificate_lease (
  one boolean not null default true,
  token text not null,
  node text not null,
  until timestamp with time zone not null,
  PRIMARY KEY (one),
  CHECK (one)
);

create table certificate_orders (
  names text[] collate "C" not null,
  state text not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  failures integer not null,
  next_at timestamp with time zone,
  steps jsonb not null,
  failure jsonb,
  PRIMARY KEY (names),
  CHECK ((state = ANY (ARRAY['running'::text, 'issued'::text, 'failed'::text])))
);

create table certificate_requests (
  names text[] collate "C" not null,
  created_at timestamp with time zone not null,
  PRIMARY KEY (names)
);

create table certificates (
  id bigint generated always as identity not null,
  names text[] collate "C" not null,
  origin text not null,
  directory text,
  chain text not null,
  private_key bytea,
  next_key bytea,
  fingerprint text collate "C" not null,
  issuer text not null,
  not_before timestamp with time zone not null,
  not_after timestamp with time zone not null,
  created_at timestamp with time zone not null,
  renew_at timestamp with time zone not null,
  ask_renewal_at timestamp with time zone,
  explanation text,
  warned_at timestamp with time zone,
  revoked_at timestamp with time zone,
  UNIQUE (fingerprint),
  PRIMARY KEY (id),
  CHECK ((cardinality(names) > 0)),
  CHECK ((origin = ANY (ARRAY['acme'::text, 'imported'::text])))
);

create table complaints (
  id bigint generated always as identity not null,
  tenant_id bigint not null,
  message_id text collate "C" not null,
  recipient_id integer not null,
  feedback_type text collate "C" not null,
  stream text collate "C" not null,
  site text collate "C" not null,
  address text not null,
  reporter text collate "C" not null,
  agent text not null,
  matched_by text collate "C" not null,
  received_at timestamp with time zone not null,
  UNIQUE (message_id, recipient_id, feedback_type),
  PRIMARY KEY (id),
  FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table credentials (
  id bigint generated always as identity not null,
  principal_id bigint not null,
  kind text collate "C" not null,
  name text not null default ''::text,
  scope text[] collate "C" not null,
  argon2 text collate "C",
  scram_stored_key bytea not null,
  scram_server_key bytea not null,
  public_id text collate "C",
  secret_sha256 bytea,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  UNIQUE (public_id),
  PRIMARY KEY (id),
  FOREIGN KEY (principal_id) REFERENCES principals(id) ON DELETE CASCADE,
  CHECK (((kind <> 'app-password'::text) OR ((public_id IS NOT NULL) AND (secret_sha256 IS NOT NULL)))),
  CHECK (((kind <> 'password'::text) OR (argon2 IS NOT NULL))),
  CHECK (((scope <> '{}'::text[]) AND (scope <@ '{*,submission,imap,jmap}'::text[]))),
  CHECK ((kind = ANY (ARRAY['password'::text, 'app-password'::text])))
);

create table dialogues (
  message_id text collate "C" not null,
  attempt_id text collate "C" not null,
  at timestamp with time zone not null,
  entries json not null,
  PRIMARY KEY (message_id, attempt_id, at)
) partition by RANGE (at);

create table dialogues_default partition of dialogues (
  message_id text collate "C" not null,
  attempt_id text collate "C" not null,
  at timestamp with time zone not null,
  entries json not null,
  PRIMARY KEY (message_id, attempt_id, at)
);

create table directory_version (
  singleton boolean not null default true,
  version bigint not null,
  PRIMARY KEY (singleton),
  CHECK (singleton)
);

create table dkim_keys (
  id bigint generated always as identity not null,
  domain_id bigint not null,
  selector text collate "C" not null,
  algorithm text collate "C" not null,
  private_key bytea not null,
  state text collate "C" not null,
  created_at timestamp with time zone not null,
  activated_at timestamp with time zone,
  retired_at timestamp with time zone,
  seen_at timestamp with time zone,
  revoked_at timestamp with time zone,
  UNIQUE (domain_id, selector),
  PRIMARY KEY (id),
  FOREIGN KEY (domain_id) REFERENCES domains(id) ON DELETE CASCADE,
  CHECK ((algorithm = ANY (ARRAY['rsa-sha256'::text, 'ed25519-sha256'::text]))),
  CHECK ((state = ANY (ARRAY['pending'::text, 'active'::text, 'retired'::text, 'revoked'::text])))
);

create table dkim_looks (
  domain_id bigint not null,
  next_at timestamp with time zone not null,
  PRIMARY KEY (domain_id),
  FOREIGN KEY (domain_id) REFERENCES domains(id) ON DELETE CASCADE
);

create table dmarc_published (
  day date not null,
  policy_domain text collate "C" not null,
  policy jsonb not null,
  PRIMARY KEY (day, policy_domain)
);

create table dmarc_report_rows (
  report bigint not null,
  seq integer not null,
  source_ip text collate "C" not null,
  messages bigint not null,
  disposition text collate "C" not null,
  dkim_aligned boolean not null,
  spf_aligned boolean not null,
  header_from text collate "C" not null,
  envelope_from text collate "C" not null,
  reasons jsonb not null,
  dkim jsonb not null,
  spf jsonb not null,
  PRIMARY KEY (report, seq),
  FOREIGN KEY (report) REFERENCES dmarc_reports(id) ON DELETE CASCADE,
  CHECK ((disposition = ANY (ARRAY['none'::text, 'pass'::text, 'quarantine'::text, 'reject'::text])))
);

create table dmarc_reports (
  id bigint generated always as identity not null,
  domain text collate "C" not null,
  policy_domain text collate "C" not null,
  signer text collate "C" not null,
  organization text not null,
  report_id text not null,
  contact text not null,
  begins_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  policy jsonb not null,
  messages bigint not null,
  passed bigint not null,
  UNIQUE (domain, signer, organization, report_id),
  PRIMARY KEY (id)
);

create table dmarc_seen (
  day date not null,
  policy_domain text collate "C" not null,
  digest bytea not null,
  seen jsonb not null,
  messages bigint not null,
  PRIMARY KEY (day, policy_domain, digest)
);

create table doctor_results (
  check_id text collate "C" not null,
  subject text collate "C" not null,
  status text not null,
  finding text not null,
  since timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  told_status text,
  told_finding text,
  told_about text,
  PRIMARY KEY (check_id, subject),
  CHECK ((status = ANY (ARRAY['pass'::text, 'warn'::text, 'fail'::text, 'skip'::text, 'unknown'::text]))),
  CHECK ((told_status = ANY (ARRAY['pass'::text, 'warn'::text, 'fail'::text, 'skip'::text])))
);

create table doctor_round (
  one boolean not null default true,
  token text collate "C" not null,
  until timestamp with time zone not null,
  done_on date,
  PRIMARY KEY (one),
  CHECK (one)
);

create table domain_policies (
  domain_id bigint not null,
  mta_sts_mode text collate "C" not null,
  mta_sts_max_age integer not null,
  dmarc_policy text collate "C" not null,
  PRIMARY KEY (domain_id),
  FOREIGN KEY (domain_id) REFERENCES domains(id) ON DELETE CASCADE,
  CHECK (((mta_sts_max_age >= 0) AND (mta_sts_max_age <= 31557600))),
  CHECK ((dmarc_policy = ANY (ARRAY['none'::text, 'quarantine'::text, 'reject'::text]))),
  CHECK ((mta_sts_mode = ANY (ARRAY['none'::text, 'testing'::text, 'enforce'::text])))
);

create table domain_sites (
  domain text collate "C" not null,
  site text collate "C" not null,
  seen_at timestamp with time zone not null,
  PRIMARY KEY (domain)
);

create table domains (
  id bigint generated always as identity not null,
  tenant_id bigint not null,
  name text collate "C" not null,
  created_at timestamp with time zone not null,
  UNIQUE (name),
  PRIMARY KEY (id),
  FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  CHECK ((name = lower(name)))
);

create table email_structures (
  email_id bigint not null,
  version smallint not null,
  structure text collate "C" not null storage external,
  PRIMARY KEY (email_id)
) with (toast_tuple_target=8160);

create table email_texts (
  email_id bigint not null,
  account_id bigint not null,
  version smallint not null,
  cut smallint not null,
  header bytea not null,
  body bytea not null,
  subject bytea not null,
  from_field bytea not null,
  to_field bytea not null,
  cc_field bytea not null,
  PRIMARY KEY (email_id)
);

create table emails (
  id bigint not null,
  account_id bigint not null,
  thread_id bigint not null,
  blob_id bigint not null,
  message_id text collate "C" not null,
  prefix bytea not null,
  hidden integer[] not null,
  size bigint not null,
  reverse_path text collate "C",
  forward_path text collate "C",
  received_at timestamp with time zone not null,
  summary jsonb not null,
  parser_version smallint not null,
  modseq bigint not null,
  created_modseq bigint not null,
  PRIMARY KEY (id),
  FOREIGN KEY (blob_id) REFERENCES blobs(id)
);

create table events (
  xid xid8 not null,
  id bigint not null,
  at timestamp with time zone not null,
  type text collate "C" not null,
  session_id text collate "C",
  message_id text collate "C",
  recipient_id integer,
  attempt_id text collate "C",
  account_id bigint,
  credential_id bigint,
  tenant_id bigint,
  parent_id text collate "C",
  fields jsonb not null,
  personal jsonb,
  PRIMARY KEY (xid, id, at)
) partition by RANGE (at);

create table events_default partition of events (
  xid xid8 not null,
  id bigint not null,
  at timestamp with time zone not null,
  type text collate "C" not null,
  session_id text collate "C",
  message_id text collate "C",
  recipient_id integer,
  attempt_id text collate "C",
  account_id bigint,
  credential_id bigint,
  tenant_id bigint,
  parent_id text collate "C",
  fields jsonb not null,
  personal jsonb,
  PRIMARY KEY (xid, id, at)
);

create table expunged_entries (
  mailbox_id bigint not null,
  uid bigint not null,
  email_id bigint not null,
  modseq bigint not null,
  saved_at timestamp with time zone not null,
  flags integer not null,
  keywords text[] collate "C" not null,
  expunged_at timestamp with time zone not null,
  PRIMARY KEY (mailbox_id, uid)
);

create table greylist (
  key bytea not null,
  network bytea,
  first_seen timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  PRIMARY KEY (key),
  CHECK ((length(key) = 16)),
  CHECK ((length(network) = 16))
);

create table installation (
  singleton boolean not null default true,
  secret bytea not null,
  PRIMARY KEY (singleton),
  CHECK (singleton)
);

create table known_places (
  login bytea not null,
  address bytea not null,
  network bytea not null,
  account_id bigint not null,
  seen_at timestamp with time zone not null,
  PRIMARY KEY (login, address),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table mailbox_entries (
  mailbox_id bigint not null,
  uid bigint not null,
  email_id bigint not null,
  modseq bigint not null,
  created_modseq bigint not null,
  saved_at timestamp with time zone not null,
  flags integer not null,
  keywords text[] collate "C" not null,
  PRIMARY KEY (mailbox_id, uid)
) with (fillfactor=80);

create table mailbox_metadata (
  mailbox_id bigint not null,
  entry text collate "C" not null,
  value bytea not null,
  modseq bigint not null,
  PRIMARY KEY (mailbox_id, entry),
  FOREIGN KEY (mailbox_id) REFERENCES mailboxes(id) ON DELETE CASCADE
);

create table mailboxes (
  id bigint generated always as identity not null,
  account_id bigint not null,
  parent_id bigint,
  name text collate "C" not null,
  role text collate "C",
  uidvalidity bigint not null,
  next_uid bigint not null default 1,
  modseq bigint not null,
  created_modseq bigint not null,
  messages bigint not null default 0,
  unseen bigint not null default 0,
  bytes bigint not null default 0,
  subscribed boolean not null default true,
  expire_after interval,
  created_at timestamp with time zone not null,
  deleted bigint not null default 0,
  changed_modseq bigint not null default 1,
  recent_uid bigint not null default 0,
  UNIQUE (uidvalidity),
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (parent_id) REFERENCES mailboxes(id)
) with (fillfactor=50);

create table principal_members (
  group_id bigint not null,
  member_id bigint not null,
  PRIMARY KEY (group_id, member_id),
  FOREIGN KEY (group_id) REFERENCES principals(id) ON DELETE CASCADE,
  FOREIGN KEY (member_id) REFERENCES principals(id) ON DELETE CASCADE
);

create table principals (
  id bigint generated always as identity not null,
  tenant_id bigint not null,
  kind text collate "C" not null,
  login text collate "C" not null,
  display_name text not null default ''::text,
  scram_salt bytea not null,
  scram_iterations integer not null,
  created_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  UNIQUE (login),
  PRIMARY KEY (id),
  FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  CHECK ((kind = ANY (ARRAY['person'::text, 'group'::text])))
);

create table queue_claims (
  message_id text collate "C" not null,
  recipient_id integer not null,
  site text collate "C" not null,
  stream text collate "C" not null,
  source_pool text collate "C" not null,
  next_at timestamp with time zone not null,
  lease text collate "C",
  held text collate "C",
  PRIMARY KEY (message_id, recipient_id)
) with (fillfactor=70);

create table queue_destinations (
  site text collate "C" not null,
  stream text collate "C" not null,
  source_pool text collate "C" not null,
  ready_at timestamp with time zone not null,
  running integer not null default 0,
  cap integer not null,
  paced_until timestamp with time zone,
  PRIMARY KEY (site, stream, source_pool)
) with (fillfactor=50);

create table queue_leases (
  token text collate "C" not null,
  node text collate "C" not null,
  site text collate "C" not null,
  stream text collate "C" not null,
  source_pool text collate "C" not null,
  source text collate "C" not null,
  until timestamp with time zone not null,
  reserved integer not null default 0,
  PRIMARY KEY (token)
) with (fillfactor=50);

create table queue_messages (
  id text collate "C" not null,
  parent_id text collate "C",
  session_id text collate "C",
  tenant_id bigint not null,
  account_id bigint,
  blob_id bigint not null,
  prefix bytea not null,
  hidden integer[] not null,
  size bigint not null,
  reverse_path text collate "C",
  ret text collate "C",
  envid text collate "C",
  smtputf8 boolean not null,
  eight_bit boolean not null,
  notify_author boolean not null,
  arrived_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  tls_required text collate "C",
  list_id text collate "C",
  watch_at timestamp with time zone,
  PRIMARY KEY (id),
  FOREIGN KEY (blob_id) REFERENCES blobs(id),
  CHECK ((tls_required = ANY (ARRAY['yes'::text, 'no'::text])))
);

create table queue_recipients (
  message_id text collate "C" not null,
  recipient_id integer not null,
  tenant_id bigint not null,
  forward_path text collate "C" not null,
  domain text collate "C" not null,
  reverse_path text collate "C",
  orcpt text collate "C",
  notify text collate "C",
  stream text collate "C" not null,
  priority smallint not null,
  source_pool text collate "C" not null,
  attempts integer not null default 0,
  last_attempt_at timestamp with time zone,
  last_reply text,
  last_status text collate "C",
  delay_notified boolean not null default false,
  released boolean not null default false,
  prefix bytea,
  PRIMARY KEY (message_id, recipient_id)
) with (fillfactor=80);

create table report_days (
  day date not null,
  behind text collate "C" not null default ''::text,
  done_at timestamp with time zone,
  kind text collate "C" not null,
  PRIMARY KEY (kind, day),
  CHECK ((kind = ANY (ARRAY['tls'::text, 'dmarc'::text])))
);

create table report_intake (
  one boolean not null default true,
  behind bigint not null,
  PRIMARY KEY (one),
  CHECK (one)
);

create table routes (
  domain text collate "C" not null,
  host text collate "C" not null,
  port integer not null,
  tls text collate "C" not null,
  username text,
  password text,
  created_at timestamp with time zone not null,
  PRIMARY KEY (domain),
  CHECK (((port >= 1) AND (port <= 65535))),
  CHECK ((tls = ANY (ARRAY['none'::text, 'opportunistic'::text, 'required'::text, 'verified'::text, 'implicit'::text])))
);

create table search_accounts (
  account_id bigint not null,
  version smallint not null,
  indexed_id bigint not null,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
) with (fillfactor=50);

create table search_blocks (
  segment_id bigint not null,
  first_key bigint not null,
  data bytea not null storage external,
  PRIMARY KEY (segment_id, first_key),
  FOREIGN KEY (segment_id) REFERENCES search_segments(id) ON DELETE CASCADE
) with (autovacuum_vacuum_scale_factor=0.05);

create table search_segments (
  id bigint generated always as identity not null,
  account_id bigint not null,
  published boolean not null,
  emails integer not null,
  email_ids bytea not null,
  partial bytea not null,
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES search_accounts(account_id) ON DELETE CASCADE
);

create table send_as (
  id bigint generated always as identity not null,
  principal_id bigint not null,
  address text collate "C",
  domain_id bigint,
  PRIMARY KEY (id),
  FOREIGN KEY (domain_id) REFERENCES domains(id),
  FOREIGN KEY (principal_id) REFERENCES principals(id) ON DELETE CASCADE,
  CHECK (((address IS NULL) <> (domain_id IS NULL)))
);

create table sender_history (
  kind text collate "C" not null,
  name text collate "C" not null,
  accepted double precision not null,
  junked double precision not null,
  refused double precision not null,
  unknown double precision not null,
  spam double precision not null,
  to_junk double precision not null,
  from_junk double precision not null,
  first_seen timestamp with time zone not null,
  counted_at timestamp with time zone not null,
  PRIMARY KEY (kind, name),
  CHECK ((kind = ANY (ARRAY['network'::text, 'domain'::text])))
) with (fillfactor=80);

create table site_limits (
  site text collate "C" not null,
  source text collate "C" not null,
  running integer not null default 0,
  cap integer not null,
  successes integer not null default 0,
  failures integer not null default 0,
  blocked_until timestamp with time zone,
  plan_day integer,
  plan_hour integer,
  day_until timestamp with time zone,
  hour_until timestamp with time zone,
  day_taken integer,
  day_bulk integer,
  hour_taken integer,
  hour_bulk integer,
  rest_until timestamp with time zone,
  bulk_rest_until timestamp with time zone,
  PRIMARY KEY (site, source)
) with (fillfactor=50);

create table soft_bounces (
  address text collate "C" not null,
  tenant_id bigint not null,
  day date not null,
  PRIMARY KEY (address, tenant_id, day),
  FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);

create table srs_secrets (
  generation integer not null,
  secret bytea not null,
  PRIMARY KEY (generation),
  CHECK ((length(secret) >= 16))
);

create table sts_policies (
  domain text collate "C" not null,
  record_id text collate "C" not null,
  mode text collate "C" not null,
  mx text[] collate "C" not null,
  max_age integer not null,
  lines text[] not null,
  fetched_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  refresh_at timestamp with time zone not null,
  failure text collate "C",
  failed_at timestamp with time zone,
  PRIMARY KEY (domain),
  CHECK ((mode = ANY (ARRAY['enforce'::text, 'testing'::text, 'none'::text])))
);

create table submission_recipients (
  message_id text collate "C" not null,
  recipient_id integer not null,
  forward_path text collate "C" not null,
  delivered text collate "C" not null,
  smtp_reply text,
  changed_at timestamp with time zone not null,
  PRIMARY KEY (message_id, recipient_id),
  CHECK ((delivered = ANY (ARRAY['queued'::text, 'yes'::text, 'no'::text, 'unknown'::text])))
);

create table submissions (
  message_id text collate "C" not null,
  tenant_id bigint not null,
  account_id bigint not null,
  principal_id bigint not null,
  credential_id bigint,
  channel text collate "C" not null,
  email_id bigint,
  reverse_path text collate "C",
  envelope jsonb not null,
  idempotency_key text collate "C",
  created_at timestamp with time zone not null,
  release_at timestamp with time zone not null,
  undo_status text collate "C" not null,
  PRIMARY KEY (message_id),
  CHECK ((channel = ANY (ARRAY['smtp'::text, 'jmap'::text, 'local'::text]))),
  CHECK ((undo_status = ANY (ARRAY['pending'::text, 'final'::text, 'canceled'::text])))
);

create table suppressions (
  id bigint generated always as identity not null,
  tenant_id bigint,
  stream text collate "C" not null,
  address text collate "C" not null,
  reason text collate "C" not null,
  detail text not null,
  since timestamp with time zone not null,
  until timestamp with time zone,
  message_id text collate "C",
  UNIQUE NULLS NOT DISTINCT (address, stream, tenant_id, reason),
  PRIMARY KEY (id),
  FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  CHECK ((reason = ANY (ARRAY['hard-bounce'::text, 'soft-bounces'::text, 'complaint'::text, 'unsubscribe'::text, 'manual'::text])))
);

create table tenants (
  id bigint generated always as identity not null,
  name text collate "C" not null,
  created_at timestamp with time zone not null,
  UNIQUE (name),
  PRIMARY KEY (id)
);

create table thread_links (
  account_id bigint not null,
  key bigint not null,
  thread_id bigint not null,
  PRIMARY KEY (account_id, key)
);

create table tls_reports (
  id bigint generated always as identity not null,
  domain text collate "C" not null,
  organization text not null,
  report_id text not null,
  contact text not null,
  begins_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  successful bigint not null,
  failed bigint not null,
  verified boolean not null,
  report jsonb not null,
  UNIQUE (organization, report_id, domain),
  PRIMARY KEY (id)
);

create table tls_sessions (
  day date not null,
  recipient_domain text collate "C" not null,
  policy_type text collate "C" not null,
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
  PRIMARY KEY (day, recipient_domain, policy_type, policy_domain, policy_digest, result, reason, sending_ip, receiving_ip, mx_host, helo),
  CHECK ((policy_type = ANY (ARRAY['tlsa'::text, 'sts'::text, 'no-policy-found'::text])))
);

create table tombstones (
  account_id bigint not null,
  modseq bigint not null,
  kind text collate "C" not null,
  object_id bigint not null,
  uid bigint not null default 0,
  created_modseq bigint not null,
  at timestamp with time zone not null,
  PRIMARY KEY (account_id, kind, modseq, object_id, uid),
  CHECK ((kind = ANY (ARRAY['entry'::text, 'email'::text, 'thread'::text, 'mailbox'::text])))
);

create table trusted_forwarders (
  id bigint generated always as identity not null,
  account_id bigint,
  domain text collate "C" not null,
  by_hand boolean not null,
  rescued integer not null default 0,
  created_at timestamp with time zone not null,
  UNIQUE NULLS NOT DISTINCT (domain, account_id),
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table warm_up_days (
  site text collate "C" not null,
  source text collate "C" not null,
  day integer not null,
  began_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  planned integer not null,
  taken integer not null default 0,
  delivered integer not null default 0,
  deferred integer not null default 0,
  slowed integer not null default 0,
  refused integer not null default 0,
  bounced integer not null default 0,
  complaints integer not null default 0,
  rests integer not null default 0,
  judged text collate "C",
  steps jsonb not null,
  PRIMARY KEY (site, source, day)
) with (fillfactor=70);

create table warm_up_plans (
  site text collate "C" not null,
  source text collate "C" not null,
  state text collate "C" not null,
  started_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  day integer not null,
  size integer not null,
  ceiling integer,
  good_days integer not null,
  first_size integer not null,
  growth double precision not null,
  target integer not null,
  by_hand boolean not null,
  PRIMARY KEY (site, source),
  CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'stopped'::text, 'finished'::text])))
);

create table warm_up_sources (
  source text collate "C" not null,
  since timestamp with time zone not null,
  first_size integer not null,
  growth double precision not null,
  target integer not null,
  PRIMARY KEY (source)
);

create table written_to (
  account_id bigint not null,
  recipient bytea not null,
  PRIMARY KEY (account_id, recipient)
);

create table lab.block_list (
  address text collate "C" not null,
  listed_at timestamp with time zone not null,
  cause text collate "C" not null,
  times integer not null,
  removed_at timestamp with time zone,
  PRIMARY KEY (address),
  CHECK ((times > 0))
);

create table lab.block_list_offences (
  id bigint generated always as identity not null,
  address text collate "C" not null,
  kind text collate "C" not null,
  at timestamp with time zone not null,
  detail text not null,
  PRIMARY KEY (id)
);

create table lab.delivery_log (
  id bigint not null,
  at timestamp with time zone not null,
  type text collate "C" not null,
  message_id text collate "C" not null,
  recipient_id integer not null,
  fields jsonb not null,
  personal jsonb not null,
  PRIMARY KEY (id)
);

create table lab.dns_facts (
  kind text collate "C" not null,
  name text collate "C" not null,
  serial bigint generated always as identity not null,
  changed_at timestamp with time zone not null,
  value jsonb not null,
  PRIMARY KEY (kind, name, serial)
);

create table lab.lesson_runs (
  lesson text collate "C" not null,
  started_at timestamp with time zone not null,
  after_event bigint not null,
  seed integer not null,
  prepared jsonb not null,
  answers jsonb,
  hints integer not null default 0,
  wrong_sheets text[] not null default '{}'::text[],
  PRIMARY KEY (lesson)
);

create table lab.lessons_passed (
  lesson text collate "C" not null,
  passed_at timestamp with time zone not null,
  seen jsonb not null,
  PRIMARY KEY (lesson)
);

create table lab.provider_days (
  provider text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  day date not null,
  counts jsonb not null,
  codes jsonb not null,
  quota integer not null,
  score integer not null,
  PRIMARY KEY (provider, kind, name, day)
);

create table lab.provider_keys (
  domain text collate "C" not null,
  selector text collate "C" not null,
  private_key text not null,
  PRIMARY KEY (domain)
);

create table lab.provider_mail (
  id bigint generated always as identity not null,
  provider text collate "C" not null,
  person text collate "C" not null,
  trace_id text collate "C" not null,
  folder text collate "C" not null,
  reverse_path text not null,
  author text not null,
  subject text not null,
  received_at timestamp with time zone not null,
  size integer not null,
  raw bytea not null,
  acts jsonb not null,
  PRIMARY KEY (id)
);

create table lab.provider_marks (
  provider text collate "C" not null,
  mark text not null,
  at timestamp with time zone not null,
  PRIMARY KEY (provider, mark)
);

create table lab.provider_outbox (
  id text collate "C" not null,
  provider text collate "C" not null,
  kind text collate "C" not null,
  reverse_path text not null,
  forward_path text not null,
  raw bytea not null,
  made_at timestamp with time zone not null,
  next_at timestamp with time zone not null,
  attempts integer not null default 0,
  state text collate "C" not null,
  said text not null default ''::text,
  PRIMARY KEY (id)
);

create table lab.provider_reported (
  provider text collate "C" not null,
  domain text collate "C" not null,
  day date not null,
  row_key text not null,
  record jsonb not null,
  messages integer not null,
  PRIMARY KEY (provider, domain, day, row_key)
);

create table lab.provider_senders (
  provider text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  day date not null,
  quota integer not null,
  score integer not null,
  bulk boolean not null,
  PRIMARY KEY (provider, kind, name)
);

create table lab.provider_settings (
  name text collate "C" not null,
  value jsonb not null,
  PRIMARY KEY (name)
);

create table lab.provider_traces (
  id text collate "C" not null,
  provider text collate "C" not null,
  at timestamp with time zone not null,
  reverse_path text not null,
  code integer not null,
  enhanced text collate "C",
  verdict text collate "C" not null,
  facts jsonb not null,
  trace jsonb not null,
  PRIMARY KEY (id)
);

create table lab.smtp_sessions (
  id text collate "C" not null,
  listener text collate "C" not null,
  client text collate "C" not null,
  began_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  entries json not null,
  PRIMARY KEY (id)
);

create table lab.world (
  one boolean not null default true,
  seed bigint not null,
  clock_real bigint not null,
  clock_shown bigint not null,
  clock_rate double precision not null,
  PRIMARY KEY (one),
  CHECK ((clock_rate >= (0)::double precision)),
  CHECK (one)
);
CREATE INDEX abuse_counts_round ON public.abuse_counts USING btree (node, round);
CREATE INDEX account_rights_principal ON public.account_rights USING btree (principal_id);
CREATE INDEX addresses_account ON public.addresses USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE UNIQUE INDEX addresses_key ON public.addresses USING btree (domain_id, local_part) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX alerts_on ON public.alerts USING btree (rule, subject) WHERE (ended_at IS NULL);
CREATE INDEX alerts_rule_id_idx ON public.alerts USING btree (rule, id);
CREATE INDEX backups_kind_at_idx ON public.backups USING btree (kind, at);
CREATE INDEX bans_round ON public.bans USING btree (node, round);
CREATE INDEX blobs_unpublished ON public.blobs USING btree (touched_at) WHERE (sha256 IS NULL);
CREATE INDEX certificates_names ON public.certificates USING btree (names, id DESC);
CREATE INDEX complaints_received_at_idx ON public.complaints USING btree (received_at);
CREATE UNIQUE INDEX credentials_one_password ON public.credentials USING btree (principal_id) WHERE (kind = 'password'::text);
CREATE INDEX credentials_principal ON public.credentials USING btree (principal_id);
CREATE INDEX dmarc_reports_domain_ends_at_idx ON public.dmarc_reports USING btree (domain, ends_at);
CREATE INDEX dmarc_reports_received_at_idx ON public.dmarc_reports USING btree (received_at);
CREATE INDEX emails_account ON public.emails USING btree (account_id, id);
CREATE INDEX emails_blob ON public.emails USING btree (blob_id);
CREATE INDEX events_message ON ONLY public.events USING btree (message_id, id) WHERE (message_id IS NOT NULL);
CREATE INDEX events_session ON ONLY public.events USING btree (session_id) WHERE ((session_id IS NOT NULL) AND (message_id IS NULL));
CREATE INDEX expunged_entries_email ON public.expunged_entries USING btree (email_id);
CREATE INDEX expunged_entries_modseq ON public.expunged_entries USING btree (mailbox_id, modseq);
CREATE INDEX expunged_entries_time ON public.expunged_entries USING btree (expunged_at);
CREATE INDEX greylist_expiry ON public.greylist USING btree (expires_at);
CREATE INDEX greylist_network ON public.greylist USING btree (network) WHERE (network IS NOT NULL);
CREATE INDEX known_places_account ON public.known_places USING btree (account_id);
CREATE INDEX known_places_address ON public.known_places USING btree (address);
CREATE INDEX known_places_network ON public.known_places USING btree (network);
CREATE INDEX mailbox_entries_email ON public.mailbox_entries USING btree (email_id);
CREATE UNIQUE INDEX mailboxes_name ON public.mailboxes USING btree (account_id, parent_id, name) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX mailboxes_role ON public.mailboxes USING btree (account_id, role) WHERE (role IS NOT NULL);
CREATE INDEX principal_members_member ON public.principal_members USING btree (member_id);
CREATE INDEX queue_claims_due ON public.queue_claims USING btree (site, stream, source_pool, next_at) WHERE ((lease IS NULL) AND (held IS NULL));
CREATE INDEX queue_claims_lease ON public.queue_claims USING btree (lease) WHERE (lease IS NOT NULL);
CREATE INDEX queue_claims_removal ON public.queue_claims USING btree (message_id, recipient_id) WHERE (held = ANY (ARRAY['removal'::text, 'removal-silent'::text]));
CREATE INDEX queue_destinations_ready ON public.queue_destinations USING btree (ready_at) WHERE ((running < cap) AND (NOT (stream = 'bulk'::text)));
CREATE INDEX queue_destinations_ready_bulk ON public.queue_destinations USING btree (ready_at) WHERE ((running < cap) AND (stream = 'bulk'::text));
CREATE INDEX queue_messages_account ON public.queue_messages USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX queue_messages_blob ON public.queue_messages USING btree (blob_id);
CREATE INDEX queue_messages_unwatched ON public.queue_messages USING btree (arrived_at) WHERE (watch_at IS NULL);
CREATE INDEX queue_messages_watch ON public.queue_messages USING btree (watch_at) WHERE (watch_at IS NOT NULL);
CREATE INDEX queue_recipients_domain ON public.queue_recipients USING btree (domain);
CREATE INDEX search_segments_account ON public.search_segments USING btree (account_id);
CREATE UNIQUE INDEX send_as_address ON public.send_as USING btree (principal_id, address) WHERE (address IS NOT NULL);
CREATE UNIQUE INDEX send_as_domain ON public.send_as USING btree (principal_id, domain_id) WHERE (domain_id IS NOT NULL);
CREATE INDEX soft_bounces_day_idx ON public.soft_bounces USING btree (day);
CREATE INDEX sts_policies_expiry ON public.sts_policies USING btree (expires_at);
CREATE INDEX sts_policies_refresh ON public.sts_policies USING btree (refresh_at);
CREATE INDEX submissions_account ON public.submissions USING btree (account_id, created_at);
CREATE UNIQUE INDEX submissions_idempotency ON public.submissions USING btree (account_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX suppressions_until_idx ON public.suppressions USING btree (until) WHERE (until IS NOT NULL);
CREATE INDEX tls_reports_received_at_idx ON public.tls_reports USING btree (received_at);
CREATE INDEX trusted_forwarders_account ON public.trusted_forwarders USING btree (account_id);
CREATE INDEX block_list_offences_address ON lab.block_list_offences USING btree (address, at);
CREATE INDEX provider_mail_provider_person_id_idx ON lab.provider_mail USING btree (provider, person, id);
CREATE INDEX provider_mail_trace_id_idx ON lab.provider_mail USING btree (trace_id);
CREATE INDEX provider_outbox_next_at_idx ON lab.provider_outbox USING btree (next_at) WHERE (state = 'waiting'::text);
CREATE INDEX provider_traces_provider_at_idx ON lab.provider_traces USING btree (provider, at);
CREATE INDEX smtp_sessions_began_at_idx ON lab.smtp_sessions USING btree (began_at);
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE OF disabled_at, removed_at, quota_bytes, quota_messages ON public.accounts FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.addresses FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.alias_targets FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE OF argon2, scram_stored_key, scope ON public.credentials FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.dkim_keys FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.domain_policies FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.domains FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.principals FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.routes FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.send_as FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE ON public.srs_secrets FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
comment on column abuse_counts.key is 'addresses and networks as they are, names of logins as a keyed hash';
comment on column abuse_counts.round is 'of the node, when it last changed the row: others read from there';
comment on column abuse_nodes.node is 'a process, by an id of its own: a number may be taken again';
comment on column account_days.account_id is 'no foreign key: it would lock the account for every message';
comment on column account_days.day is 'of UTC';
comment on column account_paces.account_id is 'no foreign key: it would lock the account for every message';
comment on column account_paces.minute is 'of the calendar, since 1970; hour too. Only the last one of each is kept';
comment on column account_rights.rights is 'letters of RFC 4314 §2.1';
comment on column accounts.modseq is 'the one counter of the account; taken by update … returning and held to commit';
comment on column accounts.used_bytes is 'octets of the messages as read (prefix + blob − hidden ranges)';
comment on column accounts.forgotten_modseq is 'what left mailboxes up to this modseq may be remembered no more';
comment on column acme_accounts.private_key is 'PKCS #8 DER, P-256';
comment on column acme_accounts.url is 'null: not registered yet, or no longer known to the authority';
comment on column addresses.local_part is 'comparison key; null is the catch-all of the domain';
comment on column addresses.account_id is 'null: an alias, see alias_targets';
comment on column alert_counts.subject is 'a site, domain, account id or network; empty where all count together';
comment on column alert_position.looked_to is 'calendar; up to then alerts went on and off';
comment on column alert_position.rules is 'goes up with each change of the rules, so that no count of an old one is kept';
comment on column alert_rules.rule is 'null: one that is built in, as it is there';
comment on column alert_rules.begins_at is 'what happened before does not count';
comment on column alerts.definition is 'the rule as it was';
comment on column alerts.message_id is 'of the letter that told it';
comment on column alias_targets.target is 'a mailbox as RFC 5321 writes it, here or elsewhere';
comment on column bans.until is 'null: until it is lifted. One that has ended stays for a while: the next one of the address is longer';
comment on column bans.times is 'bans of the address so far';
comment on column blob_chunks.data is 'up to 262,144 octets, before compression';
comment on column blobs.sha256 is 'null: its chunks are still arriving; swept when that takes too long';
comment on column blobs.touched_at is 'when it was last stored; a blob that nothing refers to is swept some time later';
comment on column certificate_orders.failures is 'in a row';
comment on column certificate_orders.next_at is 'not before, by itself';
comment on column certificates.names is 'sorted: one set of names is one line of certificates, of which the newest is served';
comment on column certificates.chain is 'PEM, the certificate itself first';
comment on column certificates.private_key is 'PKCS #8 DER; null once a newer one of the same names is there';
comment on column certificates.next_key is 'that of the certificate after this one: its TLSA record can be published before (RFC 7671 §8.1)';
comment on column certificates.ask_renewal_at is 'when the authority is asked again when it would have it renewed (RFC 9773); null: it has no opinion';
comment on column complaints.site is 'where the message was delivered';
comment on column credentials.scram_stored_key is 'under salt and count of the principal, as scram_server_key is';
comment on column credentials.last_used_at is 'written at most every ten minutes';
comment on column dialogues.attempt_id is 'of an attempt, or the session that handed the message in';
comment on column dialogues.entries is 'json: read whole or not at all, so that taking it apart to store it is no use';
comment on column dkim_keys.private_key is 'PKCS #8 DER';
comment on column dkim_keys.seen_at is 'of a pending key: since when every look at the DNS has found its record';
comment on column dmarc_published.policy_domain is 'where the record stands, in A-labels';
comment on column dmarc_reports.domain is 'of this server; policy_domain is the same, or below it';
comment on column dmarc_reports.signer is 'domain of the author of the mail where DMARC passed for it here, so that nobody takes the id of a report of somebody else; else empty';
comment on column dmarc_reports.messages is 'of all rows, those that were not kept too';
comment on column dmarc_seen.digest is 'SHA-256 of seen as it was written, which is too long for a key';
comment on column doctor_results.subject is 'a domain, or the name of the host';
comment on column doctor_results.since is 'when the status was first seen; another finding of the same status does not begin anew';
comment on column doctor_results.told_status is 'in the last letter; null: never told';
comment on column doctor_round.until is 'by the clock of the database, the one that all nodes share';
comment on column domains.name is 'A-labels, lower case';
comment on column email_texts.cut is 'bits, in the order of the columns: more text was there, so that only what is found is certain';
comment on column emails.message_id is 'our id of the message, as in events; the Message-ID field is in summary';
comment on column emails.prefix is 'what this delivery put before the blob: Return-Path, Delivered-To, Received, …';
comment on column emails.hidden is 'start, end, start, end, …: octet ranges of the blob that are not part of the message as read';
comment on column events.personal is 'fields that name a person; erased by retention and with the account';
comment on column greylist.network is 'of what was put off: the hash of the client''s network, so that no network fills the table; null for what is known';
comment on column mailbox_entries.flags is E'bits: 1 \\Seen, 2 \\Answered, 4 \\Flagged, 8 \\Deleted, 16 \\Draft';
comment on column mailbox_metadata.entry is 'RFC 5464: /private/… or /shared/…, lower case';
comment on column mailboxes.deleted is E'messages with \\Deleted';
comment on column mailboxes.changed_modseq is 'of the last change of messages that is no arrival';
comment on column mailboxes.recent_uid is 'sessions were told of messages up to this UID';
comment on column principals.login is 'comparison key of the address that logs in';
comment on column principals.scram_salt is 'never changes, nor does the count: the SCRAM keys of app passwords cannot be made again';
comment on column queue_claims.held is 'why it waits for a release: operator, no-route, …, or removal, removal-silent: it leaves without an attempt; null: it does not';
comment on column queue_destinations.paced_until is 'a warm-up plan alone held it back when it was last looked at, until then';
comment on column queue_leases.until is 'by the clock of the database, the one that all nodes share';
comment on column queue_leases.reserved is 'recipients that it took out of a warm-up plan';
comment on column queue_messages.id is 'our id of the message, as in events';
comment on column queue_messages.parent_id is 'the message that caused this one (a notice, a forward)';
comment on column queue_messages.size is 'octets as sent: prefix + blob − hidden ranges';
comment on column queue_messages.reverse_path is 'null is the null reverse-path';
comment on column queue_messages.notify_author is 'false: no notice is ever sent, since the reverse-path may be forged';
comment on column queue_messages.tls_required is 'RFC 8689: yes by REQUIRETLS, no by the field TLS-Required; null: the author says nothing';
comment on column queue_messages.list_id is 'RFC 2919, in lower case: whoever left this list gets none of its mail that still waits';
comment on column queue_messages.watch_at is 'when it is looked at for what waits without an attempt; null: never looked at; infinity: no more, all of it is held';
comment on column queue_recipients.recipient_id is '1, 2, … within its message';
comment on column queue_recipients.domain is 'of the forward-path; empty for a mailbox here';
comment on column queue_recipients.reverse_path is 'as sent to this recipient (VERP, SRS are per recipient)';
comment on column queue_recipients.released is 'an operator let it go: a hold of all mail does not stop it again';
comment on column queue_recipients.prefix is 'fields of this recipient alone, before those of the message: its way out of a list, and the signatures over it';
comment on column report_days.behind is 'domains up to this one have been looked at';
comment on column report_intake.behind is 'emails up to this id were looked at for reports';
comment on column routes.domain is 'A-labels, or * for every domain without a route of its own';
comment on column search_accounts.version is 'of what the segments hold; those of another version are of no use';
comment on column search_accounts.indexed_id is 'emails up to this id are in segments; ids are taken under the account''s lock, so that no smaller one comes later';
comment on column search_blocks.first_key is 'the block has the grams from here to the next block; 0 in the first of a segment';
comment on column search_segments.published is 'false: a merge that is being written, or was when its process ended';
comment on column search_segments.email_ids is 'packed; the place of an id is the number of the email in the blocks';
comment on column search_segments.partial is 'packed numbers of emails that hold more text than is indexed';
comment on column sender_history.name is 'an IPv4 address, an IPv6 /64, or a domain that SPF or DKIM vouched for, in A-labels';
comment on column sender_history.accepted is 'messages, as are the others but unknown; each fades with the time, and holds as of counted_at';
comment on column sender_history.unknown is 'recipients that are not here';
comment on column sender_history.spam is 'verdicts of the content scanner';
comment on column sender_history.to_junk is 'moved into Junk by a reader; from_junk: out of it';
comment on column sender_history.counted_at is 'no index: every update would have to touch it';
comment on column site_limits.plan_day is 'recipients in the day of the warm-up plan; 0 while it lets nothing go; null: no plan';
comment on column site_limits.day_until is 'calendar; from then on the plan has to be judged before anything goes';
comment on column site_limits.day_taken is 'recipients that leases took in the day and did not give back';
comment on column site_limits.day_bulk is 'of these those of the stream bulk';
comment on column site_limits.rest_until is 'the site asked for less: nothing goes until then';
comment on column site_limits.bulk_rest_until is 'the same for the stream bulk';
comment on column sts_policies.record_id is 'of the TXT record when the policy was fetched';
comment on column sts_policies.max_age is 'seconds';
comment on column sts_policies.lines is 'of the policy file, as they came: for reports';
comment on column sts_policies.failure is 'why the last fetch failed, as in TLS reports; null: it did not';
comment on column submission_recipients.delivered is 'as in JMAP deliveryStatus; kept after the queue row is gone';
comment on column suppressions.address is 'as mailboxKey writes it: local part and domain in lower case';
comment on column suppressions.until is 'null: for good';
comment on column suppressions.message_id is 'that caused it';
comment on column thread_links.key is 'hash of a Message-ID and the base subject (RFC 8621 §3)';
comment on column tls_reports.verified is 'the mail carried a good DKIM signature of who says that it reports';
comment on column tls_sessions.day is 'of UTC';
comment on column tls_sessions.recipient_domain is 'of the forward-paths, whose owner is reported to';
comment on column tls_sessions.policy_domain is 'RFC 8460 §1.1: of DANE the TLSA base domain, else the recipient domain';
comment on column tls_sessions.policy_digest is 'SHA-256 of policy, which is too long for a key';
comment on column tls_sessions.policy is 'RFC 8460 §4.4: TLSA records, or lines of the policy file';
comment on column tls_sessions.result is 'a result type of RFC 8460 §4.3; empty: the session went as the policy has it';
comment on column tls_sessions.sending_ip is 'ours; of sessions that went well it is empty, as are receiving_ip and helo';
comment on column tombstones.uid is 'of an entry, whose object_id is its mailbox';
comment on column trusted_forwarders.account_id is 'null: of every account';
comment on column trusted_forwarders.domain is 'for which SPF, DKIM or ARC vouches, or one above it; A-labels';
comment on column trusted_forwarders.rescued is 'messages that the owner of the account moved out of Junk';
comment on column warm_up_days.steps is 'why the plan is as it is, as mail/warm-up/steps.ts has it';
comment on column warm_up_plans.ceiling is 'so many recipients a day the site took when it wanted no more';
comment on column warm_up_plans.by_hand is 'begun for this site; false: because its source is in warm_up_sources';
comment on column written_to.recipient is 'the first 16 octets of a SHA-256 of the address';
comment on column lab.dns_facts.changed_at is 'by the calendar of the practice Internet';
comment on column lab.lesson_runs.after_event is 'events with larger ids, from started_at on, are looked at';
comment on column lab.lesson_runs.prepared is 'what the lesson laid out for this learner';
comment on column lab.lesson_runs.wrong_sheets is 'digests of the sheets of answers that were found wrong, each once: after a few the lesson begins anew';
comment on column lab.lessons_passed.seen is 'where each criterion was seen; kept when the lesson is started again';
comment on column lab.provider_days.codes is 'how often each reply code was given: {"421 4.7.28": 3}';
comment on column lab.provider_mail.raw is 'as it came, cut where it is long';
comment on column lab.provider_outbox.state is 'waiting, sent or failed';
comment on column lab.provider_senders.kind is 'ip or domain';
comment on column lab.provider_senders.day is 'what stands here holds for this day: the days before it are reckoned in';
