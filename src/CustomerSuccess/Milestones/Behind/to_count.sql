-- What waits and is not in milestone_counts yet, the oldest first; it goes on waiting for the worker.
with ahead as materialized (
  select id from milestones_waiting where not counted order by id limit 200
)
update milestones_waiting set counted = true where id in (select id from ahead)
returning what, customers, first, history
