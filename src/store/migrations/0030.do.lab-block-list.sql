-- The block list of the practice Internet: what was seen of each address, and since when it is listed.
create schema if not exists lab;

create table lab.block_list_offences (
  id bigint generated always as identity primary key,
  address text collate "C" not null,
  kind text collate "C" not null,
  at timestamptz not null,
  detail text not null
);
create index block_list_offences_address on lab.block_list_offences (address, at);

create table lab.block_list (
  address text collate "C" primary key,
  listed_at timestamptz not null,
  cause text collate "C" not null,
  -- How often it was listed, this time included.
  times integer not null check (times > 0),
  removed_at timestamptz
);
