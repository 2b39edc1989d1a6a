/** What is set on this phone for all of its pages, whoever uses it. Some browsers keep nothing, and say so by an error. */

/** Return what was set, or null. */
export function setting(name) {
    try {
        return localStorage.getItem(name);
    } catch {
        return null;
    }
}

/** Set something; return whether it is kept. */
export function keepSetting(name, value) {
    try {
        localStorage.setItem(name, value);
        return true;
    } catch {
        return false;
    }
}
