def migrate(cr, version):
    """Note what the redemptions of before took from their coupons; from now on it cannot be changed."""
    cr.execute('ALTER TABLE mobile_redemption DISABLE TRIGGER mobile_crm_redemption_guard')
    cr.execute("""
        UPDATE mobile_redemption redemption SET points = taken.points
          FROM (SELECT order_id, coupon_id, sum(points_cost) AS points
                  FROM sale_order_line WHERE coupon_id IS NOT NULL GROUP BY order_id, coupon_id) taken
         WHERE taken.order_id = redemption.order_id AND taken.coupon_id = redemption.card_id
           AND redemption.state = 'confirmed' AND coalesce(redemption.points, 0) = 0""")
    cr.execute('ALTER TABLE mobile_redemption ENABLE TRIGGER mobile_crm_redemption_guard')
