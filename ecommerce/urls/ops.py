"""Health and metrics: every process has them."""

from django.urls import path

from apps.web import health, metrics

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics.scrape, name="metrics"),
]
