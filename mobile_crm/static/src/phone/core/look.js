/** How the app looks on this phone: the theme and the size of its texts, as the customer has set them here. */
import { keepSetting, setting } from "./setting";

const THEME = "mobile-theme";
const SIZE = "mobile-text-size";

export const THEMES = ["system", "light", "dark"];
/** Per cent of the size that the browser is set to. */
export const SIZES = [100, 115, 130, 150];

export function theme() {
    const chosen = setting(THEME);
    return THEMES.includes(chosen) ? chosen : "system";
}

export function textSize() {
    const chosen = Number(setting(SIZE));
    return SIZES.includes(chosen) ? chosen : SIZES[0];
}

export function setTheme(name) {
    keepSetting(THEME, name);
    applyLook();
}

export function setTextSize(size) {
    keepSetting(SIZE, size);
    applyLook();
}

/** Bring the page in line with what is set. */
export function applyLook() {
    const root = document.documentElement;
    if (theme() === "system") {
        delete root.dataset.theme;
    } else {
        root.dataset.theme = theme();
    }
    root.style.fontSize = textSize() === SIZES[0] ? "" : `${textSize()}%`;
}
