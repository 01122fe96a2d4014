-- The number that the next process gets, which is part of its ids (src/store/node.ts). They go round: a number is given again only after all
-- others were, so that a process that lost its connection, and its lock with it, shares its number with nobody.
create sequence node_numbers as smallint minvalue 1 maxvalue 1023 cycle;
