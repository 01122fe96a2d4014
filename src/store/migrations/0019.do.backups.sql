-- Backups that were made and read back (src/store/backup): what `backup list` and the doctor's H6 know.
create table backups (
  id bigint generated always as identity primary key,
  -- 'made', 'verified' (every octet read) or 'restored' (into a database of its own, as a test)
  kind text collate "C" not null,
  at timestamptz not null,
  folder text not null,
  taken_at timestamptz not null,
  bytes bigint not null,
  row_count bigint not null
);
create index on backups (kind, at);
