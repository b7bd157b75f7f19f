"""How programs name, read and ask their settings."""

from __future__ import annotations

#: functions and methods that read a setting by its name, which is their first argument
SETTING_READERS = frozenset(
    {
        "config", "enabled", "env", "feature_enabled", "flag", "get", "get_bool", "get_boolean",
        "get_config", "get_env", "get_flag", "get_setting", "getbool", "getboolean", "getenv",
        "is_enabled", "is_feature_enabled", "option", "setting",
    }
)  # fmt: skip
#: what is true for type checkers alone
FOR_TYPES = "TYPE_CHECKING"
#: words in the names of objects that hold settings
SETTING_HOLDERS = frozenset(
    {
        "args", "cfg", "conf", "config", "configuration", "env", "environ", "flags", "options",
        "opts", "settings",
    }
)  # fmt: skip
#: methods and functions whose result says the same of a setting as their receiver or argument
SETTING_FILTERS = frozenset({"casefold", "lower", "strip", "upper"})
SETTING_CONVERTERS = frozenset({"bool", "cast", "int", "str"})
#: words in the names of functions that read a text as true or false
TRUTH_WORDS = frozenset({"bool", "boolean", "strtobool", "truthy"})
#: words in the names of settings that turn a part of a program on or off
FLAG_WORDS = frozenset(
    {
        "allow", "disable", "disabled", "enable", "enabled", "experimental", "feature", "features",
        "flag", "toggle", "use", "with",
    }
)  # fmt: skip
