-- After a count went down: drop days and rows that came to nothing.
delete from activity where customer_id = any(@customers)
  and (issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, active_people) = (0, 0, 0, 0, 0, 0, 0);
delete from engagement_rows where customer_id = any(@customers) and copies = 0
  and (issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests) = (0, 0, 0, 0, 0)
