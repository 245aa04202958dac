-- The board shows who came through last, and lists ask for customers by the task they are to do next.
-- Locks: workflow against its worker while the small indexes are built; nobody else writes it.
create index workflow_by_completion on workflow (completed_at desc, customer_id) where counted and stage = 'completed';
create index workflow_by_next_task on workflow (next_task, stuck_at, customer_id) where counted;
