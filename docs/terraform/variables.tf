variable "region" {
  description = "The region of the function, the buckets and the jobs, such as ap-chengdu."
  type        = string
}

variable "uin" {
  description = "The owner account's UIN."
  type        = string
}

variable "manifest_bucket" {
  description = "The bucket that lists are uploaded to, in full: <name>-<appid>."
  type        = string
}

variable "package" {
  description = "The zip that `cosbatch package` made. The provider sees a new zip by its path only: give each one a new name."
  type        = string
}

variable "policies" {
  description = "The file that `cosbatch policy` printed into."
  type        = string
}

variable "uploads" {
  description = "How the keys of lists begin and end: one pair for each `match` of profiles.json. The first is that of the profile that `cosbatch init` writes."
  type        = list(object({ prefix = string, suffix = string }))
  default = [
    { prefix = "restore/", suffix = ".csv" },
    { prefix = "archive/", suffix = ".csv" },
  ]
}

variable "http_tokens" {
  description = "SHA-256 digests of the bearer tokens that HTTP callers are let in with, comma separated. Empty: no HTTP address."
  type        = string
  default     = ""
}

variable "retries" {
  description = "How often the platform tries a failed upload again, a minute apart."
  type        = number
  default     = 2
}

variable "keep_seconds" {
  description = "For how long the platform keeps an upload that it tries again."
  type        = number
  default     = 21600
}

variable "notices" {
  description = "Ids of the log service's notices that alarms go to. Empty: no alarms."
  type        = set(string)
  default     = []
}
