-- A step that was done before, and not taken back since, is done; being told again changes nothing. Many senders tell each time.
select distinct k.customer_id
from unnest($1::text[], $2::text[], $3::timestamptz[]) as k(customer_id, type, at)
left join onboarding o on o.customer_id = k.customer_id
where (case k.type
  when 'onboarding_step_welcome_email_sent' then o.welcome_email_sent
  when 'onboarding_step_account_created' then o.account_created
  when 'onboarding_step_github_action_installed' then o.github_action_installed
  when 'onboarding_step_first_issue_tagged' then o.first_issue_tagged
  when 'onboarding_step_first_pr_generated' then o.first_pr_generated
end < k.at) is not true
