-- Personal mail goes before bulk mail: each has a line of its own (docs/decisions/0048).
drop index queue_destinations_ready;
create index queue_destinations_ready on queue_destinations (ready_at) where running < cap and not stream = 'bulk';
create index queue_destinations_ready_bulk on queue_destinations (ready_at) where running < cap and stream = 'bulk';

-- What gets no attempt is looked at in time, so that its author hears of it.
alter table queue_messages add watch_at timestamptz;
comment on column queue_messages.watch_at is 'when it is looked at for what waits without an attempt; null: never looked at; infinity: no more, all of it is held';
create index queue_messages_unwatched on queue_messages (arrived_at) where watch_at is null;
create index queue_messages_watch on queue_messages (watch_at) where watch_at is not null;
