terraform {
  required_version = ">= 1.5"

  required_providers {
    tencentcloud = {
      source = "tencentcloudstack/tencentcloud"
      # The first with triggers of type http.
      version = ">= 1.81.138"
    }
  }
}

provider "tencentcloud" {
  region = var.region
}
