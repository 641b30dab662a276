output "function" {
  value = tencentcloud_scf_function.cosbatch.function_id
}

# The address of the Function URL is not among the provider's attributes: the console shows it.
output "triggers" {
  value = tencentcloud_scf_function.cosbatch.trigger_info
}
