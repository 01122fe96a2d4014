-- Warm-up plans: how much goes to a site from a source that it does not know yet.

-- What a plan is for now stands beside the other room of a site, so that a claim reads and writes one row. All null: no plan.
alter table site_limits
  add plan_day integer,
  add plan_hour integer,
  add day_until timestamptz,
  add hour_until timestamptz,
  add day_taken integer,
  add day_bulk integer,
  add hour_taken integer,
  add hour_bulk integer,
  add rest_until timestamptz,
  add bulk_rest_until timestamptz;
comment on column site_limits.plan_day is 'recipients in the day of the warm-up plan; 0 while it lets nothing go; null: no plan';
comment on column site_limits.day_until is 'calendar; from then on the plan has to be judged before anything goes';
comment on column site_limits.day_taken is 'recipients that leases took in the day and did not give back';
comment on column site_limits.day_bulk is 'of these those of the stream bulk';
comment on column site_limits.rest_until is 'the site asked for less: nothing goes until then';
comment on column site_limits.bulk_rest_until is 'the same for the stream bulk';

alter table queue_leases add reserved integer not null default 0;
comment on column queue_leases.reserved is 'recipients that it took out of a warm-up plan';

alter table queue_destinations add paced_until timestamptz;
comment on column queue_destinations.paced_until is 'a warm-up plan alone held it back when it was last looked at, until then';

-- Sources that are new to every site: the plan for a site begins with the first mail there.
create table warm_up_sources (
  source text collate "C" primary key,
  since timestamptz not null,
  first_size integer not null,
  growth double precision not null,
  target integer not null
);

create table warm_up_plans (
  site text collate "C" not null,
  source text collate "C" not null,
  state text collate "C" not null check (state in ('active', 'paused', 'stopped', 'finished')),
  started_at timestamptz not null,
  changed_at timestamptz not null,
  day integer not null,
  size integer not null,
  ceiling integer,
  good_days integer not null,
  first_size integer not null,
  growth double precision not null,
  target integer not null,
  by_hand boolean not null,
  primary key (site, source)
);
comment on column warm_up_plans.by_hand is 'begun for this site; false: because its source is in warm_up_sources';
comment on table warm_up_plans is 'of a site (queue_claims.site) and a source address, empty where the system chooses';
comment on column warm_up_plans.ceiling is 'so many recipients a day the site took when it wanted no more';

create table warm_up_days (
  site text collate "C" not null,
  source text collate "C" not null,
  day integer not null,
  began_at timestamptz not null,
  ended_at timestamptz,
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
  primary key (site, source, day)
) with (fillfactor = 70);
comment on column warm_up_days.steps is 'why the plan is as it is, as mail/warm-up/steps.ts has it';
