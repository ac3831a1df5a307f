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
        address "10.255.0.1/32"
    }
    ethernet eth0 {
        address "10.10.0.9/24"
        description "to 0"
        mtu "1450"
    }
    ethernet eth1 {
        address "10.9.0.9/16"
        description "to 1"
        mtu "1450"
    }
    ethernet eth2 {
        address "10.204.0.9/24"
        description "to 2"
        mtu "1450"
    }
}
policy {
    prefix-list hinge-own {
        rule 1 {
            action "permit"
            prefix "10.9.0.0/16"
            le "32"
        }
        rule 2 {
            action "permit"
            prefix "10.10.0.0/24"
            le "32"
        }
        rule 3 {
            action "permit"
            prefix "10.204.0.0/24"
            le "32"
        }
    }
    prefix-list hinge-via-10-9-0-3 {
        rule 1 {
            action "permit"
            prefix "10.9.128.0/17"
        }
        rule 2 {
            action "permit"
            prefix "10.204.128.0/17"
        }
    }
    prefix-list hinge-via-10-10-0-2 {
        rule 1 {
            action "permit"
            prefix "10.205.0.0/24"
        }
    }
    route-map hinge-from-10-9-0-3 {
        rule 1 {
            action "permit"
            match {
                ip {
                    address {
                        prefix-list "hinge-via-10-9-0-3"
                    }
                }
            }
            set {
                local-preference "200"
            }
        }
        rule 2 {
            action "permit"
        }
    }
    route-map hinge-from-10-10-0-2 {
        rule 1 {
            action "permit"
            match {
                ip {
                    address {
                        prefix-list "hinge-via-10-10-0-2"
                    }
                }
            }
            set {
                local-preference "200"
            }
        }
        rule 2 {
            action "permit"
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
    segment-routing {
        interface eth0 {
            srv6 {
            }
        }
        interface eth1 {
            srv6 {
            }
        }
        srv6 {
            locator hinge {
                prefix "5f00:0:1::/48"
                block-len "32"
                node-len "16"
                func-bits "16"
            }
        }
    }
    bfd {
        profile hinge {
            interval {
                multiplier "4"
                receive "500"
                transmit "500"
            }
        }
    }
    bgp {
        system-as "4200000000"
        parameters {
            router-id "10.255.0.1"
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
                network 0.0.0.0/0 {
                }
                network 10.9.0.0/16 {
                }
                network 10.10.0.0/24 {
                }
                network 10.204.0.0/24 {
                }
                network 10.255.0.1/32 {
                }
                network 192.0.2.0/24 {
                }
                network 192.0.2.0/25 {
                }
                network 203.0.113.0/24 {
                }
            }
        }
        neighbor 10.9.0.3 {
            remote-as "2"
            description "r2"
            advertisement-interval "0"
            bfd {
                profile "hinge"
            }
            timers {
                connect "1"
            }
            address-family {
                ipv4-unicast {
                    route-map {
                        import "hinge-from-10-9-0-3"
                    }
                }
            }
        }
        neighbor 10.10.0.2 {
            remote-as "4294967294"
            description "r3"
            advertisement-interval "0"
            bfd {
                profile "hinge"
            }
            timers {
                connect "1"
            }
            address-family {
                ipv4-unicast {
                    route-map {
                        import "hinge-from-10-10-0-2"
                    }
                }
            }
        }
    }
    static {
        route 0.0.0.0/0 {
            blackhole {
                distance "254"
            }
        }
        route 192.0.2.0/24 {
            blackhole {
                distance "254"
            }
        }
        route 192.0.2.0/25 {
            blackhole {
                distance "254"
            }
        }
        route 203.0.113.0/24 {
            blackhole {
                distance "254"
            }
        }
    }
}

// Warning: Do not remove the following line.
// vyos-config-version: "bgp@5:broadcast-relay@1:cluster@2:config-management@1:conntrack@5:conntrack-sync@2:container@2:dhcp-relay@2:dhcp-server@8:dhcpv6-server@1:dns-dynamic@4:dns-forwarding@4:firewall@15:flow-accounting@1:https@6:ids@1:interfaces@32:ipoe-server@3:ipsec@13:isis@3:l2tp@9:lldp@2:mdns@1:monitoring@1:nat@8:nat66@3:ntp@3:openconnect@3:ospf@2:pim@1:policy@8:pppoe-server@10:pptp@5:qos@2:quagga@11:reverse-proxy@1:rip@1:rpki@2:salt@1:snmp@3:ssh@2:sstp@6:system@27:vrf@3:vrrp@4:vyos-accel-ppp@2:wanloadbalance@3:webproxy@2"
// Release version: 1.4.0
