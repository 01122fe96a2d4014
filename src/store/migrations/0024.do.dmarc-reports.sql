-- DMARC aggregate reports (RFC 9990): what was seen of the domains that ask for them, and what others report of domains that are here.

alter table tls_report_days rename to report_days;
alter table report_days add column kind text collate "C" check (kind in ('tls', 'dmarc'));
update report_days set kind = 'tls';
alter table report_days drop constraint tls_report_days_pkey;
alter table report_days alter column kind set not null;
alter table report_days add primary key (kind, day);
comment on table report_days is 'how far the sending of the reports of a day has come';

-- What reports to others are made of.
create table dmarc_published (
  day date not null,
  policy_domain text collate "C" not null,
  policy jsonb not null,
  primary key (day, policy_domain)
);
comment on table dmarc_published is 'the record of a domain as it was found last on that day of UTC';
comment on column dmarc_published.policy_domain is 'where the record stands, in A-labels';

create table dmarc_seen (
  day date not null,
  policy_domain text collate "C" not null,
  digest bytea not null,
  seen jsonb not null,
  messages bigint not null,
  primary key (day, policy_domain, digest)
);
comment on table dmarc_seen is 'a row for each kind of message, as it will stand in the report';
comment on column dmarc_seen.digest is 'SHA-256 of seen as it was written, which is too long for a key';

-- What others report.
create table dmarc_reports (
  id bigint generated always as identity primary key,
  domain text collate "C" not null,
  policy_domain text collate "C" not null,
  signer text collate "C" not null,
  organization text not null,
  report_id text not null,
  contact text not null,
  begins_at timestamptz not null,
  ends_at timestamptz not null,
  received_at timestamptz not null,
  policy jsonb not null,
  messages bigint not null,
  passed bigint not null,
  unique (domain, signer, organization, report_id)
);
comment on column dmarc_reports.domain is 'of this server; policy_domain is the same, or below it';
comment on column dmarc_reports.signer is 'domain of the author of the mail where DMARC passed for it here, so that nobody takes the id of a report of somebody else; else empty';
comment on column dmarc_reports.messages is 'of all rows, those that were not kept too';
create index on dmarc_reports (received_at);
create index on dmarc_reports (domain, ends_at);

create table dmarc_report_rows (
  report bigint not null references dmarc_reports (id) on delete cascade,
  seq integer not null,
  source_ip text collate "C" not null,
  messages bigint not null,
  disposition text collate "C" not null check (disposition in ('none', 'pass', 'quarantine', 'reject')),
  dkim_aligned boolean not null,
  spf_aligned boolean not null,
  header_from text collate "C" not null,
  envelope_from text collate "C" not null,
  reasons jsonb not null,
  dkim jsonb not null,
  spf jsonb not null,
  primary key (report, seq)
);
