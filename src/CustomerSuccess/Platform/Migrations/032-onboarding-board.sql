-- The board shows who came through last.
-- Locks: workflow against its worker while the small index is built; nobody else writes it.
create index workflow_by_completion on workflow (completed_at desc, customer_id) where counted and stage = 'completed';
