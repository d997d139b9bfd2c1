"""How gunicorn runs the rivals: the same worker class, processes, threads and connections as the service's own file.

No metrics, no logs of requests, no recycling of workers: what they leave out costs them nothing.
"""

from pathlib import Path

worker_class = "gthread"
workers = 2
threads = 4
preload_app = True
keepalive = 75
control_socket_disable = True
if Path("/dev/shm").is_dir():
    worker_tmp_dir = "/dev/shm"
