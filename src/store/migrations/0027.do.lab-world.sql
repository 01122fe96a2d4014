-- What the practice Internet remembers of itself: one row.
create schema if not exists lab;

create table lab.world (
  one boolean primary key default true check (one),
  seed bigint not null,
  -- Real milliseconds at which the calendar showed clock_shown, and how fast it ran.
  clock_real bigint not null,
  clock_shown bigint not null,
  clock_rate double precision not null check (clock_rate >= 0)
);
