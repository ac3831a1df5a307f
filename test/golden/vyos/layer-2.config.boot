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
        address "10.255.0.3/32"
        address "10.255.0.20/32"
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
    vxlan vxlan1000000 {
        ipv6 {
            address {
                no-default-link-local
            }
        }
        mtu "1400"
        parameters {
            ip {
                ttl "64"
            }
            nolearning
        }
        port "4790"
        source-address "10.255.0.3"
        vni "1000000"
    }
    vxlan vxlan1000001 {
        ipv6 {
            address {
                no-default-link-local
            }
        }
        mtu "1250"
        parameters {
            ip {
                ttl "64"
            }
            nolearning
        }
        port "4790"
        source-address "10.255.0.20"
        vni "1000001"
    }
    bridge br1000000 {
        ipv6 {
            address {
                no-default-link-local
            }
        }
        member {
            interface vxlan1000000 {
            }
        }
        mtu "1400"
    }
    bridge br1000001 {
        ipv6 {
            address {
                no-default-link-local
            }
        }
        member {
            interface vxlan1000001 {
            }
        }
        mtu "1250"
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
    prefix-list hinge-via-10-9-0-3 {
        rule 1 {
            action "permit"
            prefix "10.255.0.21/32"
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
                network 10.255.0.1/32 {
                }
                network 10.255.0.3/32 {
                }
                network 10.255.0.20/32 {
                }
            }
            l2vpn-evpn {
                advertise-all-vni
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
                l2vpn-evpn {
                }
            }
        }
        neighbor 10.10.0.2 {
            remote-as "3"
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
                }
            }
        }
    }
}

// Warning: Do not remove the following line.
// vyos-config-version: "bgp@5:broadcast-relay@1:cluster@2:config-management@1:conntrack@5:conntrack-sync@2:container@2:dhcp-relay@2:dhcp-server@8:dhcpv6-server@1:dns-dynamic@4:dns-forwarding@4:firewall@15:flow-accounting@1:https@6:ids@1:interfaces@32:ipoe-server@3:ipsec@13:isis@3:l2tp@9:lldp@2:mdns@1:monitoring@1:nat@8:nat66@3:ntp@3:openconnect@3:ospf@2:pim@1:policy@8:pppoe-server@10:pptp@5:qos@2:quagga@11:reverse-proxy@1:rip@1:rpki@2:salt@1:snmp@3:ssh@2:sstp@6:system@27:vrf@3:vrrp@4:vyos-accel-ppp@2:wanloadbalance@3:webproxy@2"
// Release version: 1.4.0
