-- The delivery log of lesson 3.11: events of three days, made up for one learner, in the form of the events of the server.
create schema if not exists lab;

create table lab.delivery_log (
  id bigint primary key,
  at timestamptz not null,
  type text collate "C" not null,
  message_id text collate "C" not null,
  recipient_id integer not null,
  fields jsonb not null,
  personal jsonb not null
);
comment on table lab.delivery_log is 'as the table events; planted by the lesson, removed with it';
