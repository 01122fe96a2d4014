-- TLS reports: how far the sending of a day has come, and what others report of us (RFC 8460).

create table tls_report_days (
  day date primary key,
  behind text collate "C" not null default '',
  done_at timestamptz
);
comment on column tls_report_days.behind is 'domains up to this one have been looked at';

create table tls_reports (
  id bigint generated always as identity primary key,
  domain text collate "C" not null,
  organization text not null,
  report_id text not null,
  contact text not null,
  begins_at timestamptz not null,
  ends_at timestamptz not null,
  received_at timestamptz not null,
  successful bigint not null,
  failed bigint not null,
  verified boolean not null,
  report jsonb not null,
  unique (organization, report_id, domain)
);
comment on column tls_reports.verified is 'the mail carried a good DKIM signature of who says that it reports';
comment on table tls_reports is 'what others report on TLS with domains that are here';
create index on tls_reports (received_at);

create table report_intake (
  one boolean primary key default true check (one),
  behind bigint not null
);
comment on column report_intake.behind is 'emails up to this id were looked at for reports';
insert into report_intake (behind) values (0);
