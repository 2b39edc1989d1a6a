import { Component } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Page } from "../../components/page";
import { _t, day, number, sum } from "../../core/texts";
import { Answer, useAnswer } from "./answer";

/** Write so many points, or the money of a wallet; `unit` is "points" or a currency. */
export function amountOf(points, unit, name = "") {
    if (unit === "points") {
        return _t("%(count)s %(points)s", { count: number(points), points: name || _t("points") });
    }
    return sum(points, unit);
}

/** Write what is on a card. */
export function balanceOf(card) {
    // "Trail Points: 78 Trail Points" says it twice.
    return card.unit === "points" && card.point_name === card.program
        ? number(card.points) : amountOf(card.points, card.unit, card.point_name);
}

/** The points, e-wallets and gift cards, and what they are worth. */
export class PointsPage extends Component {
    static template = "phone.PointsPage";
    static components = { Answer, Empty, Page };
    static props = ["query"];

    setup() {
        this.answer = useAnswer("/me/points", { limit: 100 });
        this.balanceOf = balanceOf;
        // Its end is the first moment at which it is no longer good.
        this.lastDay = ({ expires_at: end }) => day(Date.parse(end) - 1, { dateStyle: "long" });
        this.types = { loyalty: _t("Points"), ewallet: _t("E-wallet"), gift_card: _t("Gift card") };
    }
}
