"""Where pictures are served; everything else below /media/ is not there."""

from django.urls import re_path

from apps.media import views

app_name = "media"
urlpatterns = [
    re_path(r"^(?P<digest>[0-9a-f]{32})/(?P<width>[1-9][0-9]{0,3})\.webp$", views.show, name="rendition"),
    re_path(r"^(?P<digest>[0-9a-f]{32})/(?P<form>mail\.(jpg|png))$", views.show_in_mail, name="mail_form"),
]
