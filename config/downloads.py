"""The one way a file leaves that is not a page: saved, never shown, never kept by a browser or a proxy."""

from django.http import FileResponse, Http404

from .jobs import Job


def locked(response: FileResponse) -> FileResponse:
    """Whatever the file is, a browser must not guess its type, nor run it as a page of ours."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def job_result(job: Job) -> FileResponse:
    """The caller has checked that whoever asks may have it. Raises Http404 when there is no result, or no longer."""
    try:
        file = job.open_result()
    except FileNotFoundError as error:
        raise Http404 from error
    return locked(FileResponse(file, as_attachment=True, filename=job.result_filename))
