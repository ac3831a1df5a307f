system {
    host-name "r1"
    ip {
        protocol bgp {
            route-map "hinge-kernel"
        }
    }
}
interfaces {
    loopback lo {
    }
    ethernet eth0 {
        address "10.9.0.9/24"
        description "to 0"
        mtu "1450"
    }
    ethernet eth1 {
        address "10.10.0.9/24"
        description "to 1"
        mtu "1450"
    }
}
policy {
    prefix-list hinge-own {
        rule 1 {
            action "permit"
            prefix "10.9.0.0/24"
            le "32"
        }
        rule 2 {
            action "permit"
            prefix "10.10.0.0/24"
            le "32"
        }
    }
    route-map hinge-kernel {
        rule 1 {
            action "deny"
            match {
                ip {
                    address {
                        prefix-list "hinge-own"
                    }
                }
            }
        }
        rule 2 {
            action "permit"
        }
    }
}
protocols {
    bfd {
        profile hinge {
            interval {
                multiplier "4"
                receive "500"
                transmit "500"
            }
        }
        profile hinge-1000 {
            interval {
                multiplier "4"
                receive "1000"
                transmit "1000"
            }
        }
        profile hinge-60000 {
            interval {
                multiplier "4"
                receive "60000"
                transmit "60000"
            }
        }
    }
    bgp {
        system-as "4200000000"
        parameters {
            router-id "0.0.0.1"
            bestpath {
                compare-routerid
            }
            log-neighbor-changes
            network-import-check
        }
        timers {
            keepalive "3"
            holdtime "9"
        }
        address-family {
            ipv4-unicast {
                network 10.9.0.0/24 {
                }
                network 10.10.0.0/24 {
                }
            }
        }
        neighbor 10.9.0.3 {
            remote-as "2"
            description "r2"
            advertisement-interval "0"
            bfd {
                profile "hinge-1000"
            }
            timers {
                connect "2"
                keepalive "4"
                holdtime "12"
            }
            address-family {
                ipv4-unicast {
                }
            }
        }
        neighbor 10.10.0.2 {
            remote-as "3"
            description "r3"
            advertisement-interval "0"
            bfd {
                profile "hinge-60000"
            }
            timers {
                connect "720"
                keepalive "363"
                holdtime "1089"
            }
            address-family {
                ipv4-unicast {
                }
            }
        }
    }
}

// Warning: Do not remove the following line.
// vyos-config-version: "bgp@5:broadcast-relay@1:cluster@2:config-management@1:conntrack@5:conntrack-sync@2:container@2:dhcp-relay@2:dhcp-server@8:dhcpv6-server@1:dns-dynamic@4:dns-forwarding@4:firewall@15:flow-accounting@1:https@6:ids@1:interfaces@32:ipoe-server@3:ipsec@13:isis@3:l2tp@9:lldp@2:mdns@1:monitoring@1:nat@8:nat66@3:ntp@3:openconnect@3:ospf@2:pim@1:policy@8:pppoe-server@10:pptp@5:qos@2:quagga@11:reverse-proxy@1:rip@1:rpki@2:salt@1:snmp@3:ssh@2:sstp@6:system@27:vrf@3:vrrp@4:vyos-accel-ppp@2:wanloadbalance@3:webproxy@2"
// Release version: 1.4.0
