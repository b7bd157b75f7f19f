# Runs at the start of every Python that `taskleash trace` starts, and of those that they start.
# Whatever its version: so the syntax is that which all of them know.
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
if sys.version_info >= (3, 10):  # noqa: UP036
    try:
        import importlib.util as _util

        _folder = os.path.join(os.path.dirname(_here), "runtime")
        _spec = _util.spec_from_file_location(
            "_taskleash_runtime",
            os.path.join(_folder, "__init__.py"),
            submodule_search_locations=[_folder],
        )
        if _spec is not None and _spec.loader is not None:
            _package = _util.module_from_spec(_spec)
            sys.modules["_taskleash_runtime"] = _package
            _spec.loader.exec_module(_package)
            from _taskleash_runtime.start import (  # type: ignore[import-not-found]
                start as _start,
            )

            _start()
    except Exception:
        # Observing must not keep a program from running: the record lacks this process.
        pass

# The program finds its own path, and its own `sitecustomize`, as without us.
sys.path[:] = [_path for _path in sys.path if os.path.abspath(_path or ".") != _here]
_ours = sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize as _theirs  # type: ignore[import-not-found]  # noqa: F401
except ImportError as _error:
    if getattr(_error, "name", "sitecustomize") != "sitecustomize":
        raise
    if _ours is not None:
        sys.modules["sitecustomize"] = _ours
