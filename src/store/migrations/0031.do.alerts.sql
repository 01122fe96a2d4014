-- Alerts on the event log: rules, how far the log was read for them, what they counted, and which alerts were on.

create table alert_rules (
  name text collate "C" primary key,
  rule jsonb,
  paused boolean not null default false,
  begins_at timestamptz not null
);
comment on column alert_rules.rule is 'null: one that is built in, as it is there';
comment on column alert_rules.begins_at is 'what happened before does not count';

create table alert_position (
  one boolean primary key default true check (one),
  xid xid8 not null,
  id bigint not null,
  looked_to timestamptz not null,
  began_at timestamptz not null,
  rules bigint not null default 0
);
comment on table alert_position is 'events up to (xid, id) are counted; moved in the transaction that keeps the counts';
comment on column alert_position.looked_to is 'calendar; up to then alerts went on and off';
comment on column alert_position.rules is 'goes up with each change of the rules, so that no count of an old one is kept';

create table alert_counts (
  rule text collate "C" not null,
  subject text collate "C" not null,
  step bigint not null,
  counted integer not null,
  base integer not null,
  evidence jsonb not null,
  primary key (rule, subject, step)
) with (fillfactor = 70);
comment on table alert_counts is 'a row for each step of a window (mail/alerts/window.ts) in which something counted';
comment on column alert_counts.subject is 'a site, domain, account id or network; empty where all count together';

create table alerts (
  id bigint generated always as identity primary key,
  rule text collate "C" not null,
  subject text collate "C" not null,
  definition jsonb not null,
  since timestamptz not null,
  fired_at timestamptz not null,
  calm_since timestamptz,
  ended_at timestamptz,
  ended_by text collate "C" check (ended_by in ('calm', 'change', 'pause', 'removal')),
  counted integer not null,
  base integer not null,
  worst_counted integer not null,
  worst_base integer not null,
  evidence jsonb not null,
  message_id text collate "C",
  check ((ended_at is null) = (ended_by is null))
);
comment on column alerts.definition is 'the rule as it was';
comment on column alerts.message_id is 'of the letter that told it';
create unique index alerts_on on alerts (rule, subject) where ended_at is null;
create index on alerts (rule, id);
