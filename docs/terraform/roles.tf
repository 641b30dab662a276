# The rights are those that `cosbatch policy` prints for the profiles at hand.
locals {
  policies = jsondecode(file(var.policies))
  jobs     = { for role in local.policies.JobRoles : split("roleName/", role.RoleArn)[1] => role }
}

resource "tencentcloud_cam_role" "function" {
  name        = "CosbatchExecution"
  description = "The execution role of the function cosbatch"
  document    = jsonencode(local.policies.ExecutionRole.Trust)
}

resource "tencentcloud_cam_policy" "function" {
  name     = "CosbatchExecution"
  document = jsonencode(local.policies.ExecutionRole.Policy)
}

resource "tencentcloud_cam_role_policy_attachment" "function" {
  role_id   = tencentcloud_cam_role.function.id
  policy_id = tencentcloud_cam_policy.function.id
}

# The roles that the profiles name in RoleArn.
resource "tencentcloud_cam_role" "job" {
  for_each = local.jobs

  name        = each.key
  description = "A role of batch jobs that the function cosbatch creates"
  document    = jsonencode(each.value.Trust)
}

resource "tencentcloud_cam_policy" "job" {
  for_each = local.jobs

  name     = each.key
  document = jsonencode(each.value.Policy)
}

resource "tencentcloud_cam_role_policy_attachment" "job" {
  for_each = local.jobs

  role_id   = tencentcloud_cam_role.job[each.key].id
  policy_id = tencentcloud_cam_policy.job[each.key].id
}
