"""The job queue: what runs outside of requests, and what runs by the clock.

Apps register jobs (`registry`) and enqueue them (`services.enqueue`); `manage.py worker` runs them. Only this
package imports the library beneath (the decision record on the job queue says which and why).
"""
