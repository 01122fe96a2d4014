-- What the doctor found out (docs/decisions/0031): since when it is so, and what postmaster was told.

create table doctor_results (
  check_id text collate "C" not null,
  subject text collate "C" not null,
  status text not null check (status in ('pass', 'warn', 'fail', 'skip', 'unknown')),
  finding text not null,
  since timestamptz not null,
  seen_at timestamptz not null,
  told_status text check (told_status in ('pass', 'warn', 'fail', 'skip')),
  told_finding text,
  told_about text,
  primary key (check_id, subject)
);
comment on column doctor_results.subject is 'a domain, or the name of the host';
comment on column doctor_results.since is 'when the status was first seen; another finding of the same status does not begin anew';
comment on column doctor_results.told_status is 'in the last letter; null: never told';

-- One node makes the round of a day.
create table doctor_round (
  one boolean primary key default true check (one),
  token text collate "C" not null,
  until timestamptz not null,
  done_on date
);
comment on column doctor_round.until is 'by the clock of the database, the one that all nodes share';
