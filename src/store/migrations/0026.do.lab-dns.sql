-- The DNS of the practice Internet: what its owners changed, each change beside the one before, since it is seen later than it is made.

create schema if not exists lab;

create table lab.dns_facts (
  kind text collate "C" not null,
  name text collate "C" not null,
  serial bigint generated always as identity,
  changed_at timestamptz not null,
  value jsonb not null,
  primary key (kind, name, serial)
);
comment on table lab.dns_facts is 'zones and keys, delegations, reverse names; the last of a kind and name holds, the ones before while servers may still have them';
comment on column lab.dns_facts.changed_at is 'by the calendar of the practice Internet';
