-- The oldest of what waits, until there are enough customers.
with ahead as materialized (
  select id, cardinality(customers) as n from milestones_waiting order by id limit 1000
)
delete from milestones_waiting where id in (select id from (select id, sum(n) over (order by id) - n as before from ahead) line where before < @limit)
returning what, customers, first, history
